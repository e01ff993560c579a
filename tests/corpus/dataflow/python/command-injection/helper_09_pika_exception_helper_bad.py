JOBS = {
    "rotate": "logrotate /etc/logrotate.conf",
    "sync": "rsync -a /srv/in/ /srv/out/",
}


class UnknownJob(Exception):
    pass


def resolve(name):
    try:
        return JOBS[name]
    except KeyError:
        raise UnknownJob(name) from None
