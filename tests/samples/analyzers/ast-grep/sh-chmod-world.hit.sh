chmod -R 777 /srv/data
