date > /tmp/report.$$
