// What of ECharts the charts need; bundled into static/vendor/echarts/echarts.js by bin/vendor.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart]);
use([AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent]);
use([SVGRenderer]);

export { init };
