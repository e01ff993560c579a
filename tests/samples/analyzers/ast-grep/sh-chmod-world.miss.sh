chmod -R 750 /srv/data
