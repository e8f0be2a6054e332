// What of ECharts the charts need; bundled into static/vendor/echarts/echarts.js by bin/vendor.
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, LabelLayout, SVGRenderer]);
use([GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent]);

export { init };
