"""Pages about stock."""

from django.urls import path

from inventory.views import stock

app_name = "inventory"
urlpatterns = [
    path("stock/", stock.stock, name="stock"),
    path("stock/stock.csv", stock.stock_file, name="stock_file"),
    path("stock/<uuid:item_id>/", stock.item, name="item"),
    path("stock/<uuid:item_id>/card.csv", stock.item_file, name="item_file"),
]
