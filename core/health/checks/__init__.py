"""What `manage.py test_databases` asks of the three servers, one small check after another."""
