from pydantic import BaseModel, HttpUrl, field_validator

FEED_HOSTS = frozenset({"feeds.supplier.example", "data.supplier.example"})


class FeedRequest(BaseModel):
    url: HttpUrl
    limit: int = 100

    @field_validator("limit")
    @classmethod
    def check_limit(cls, value):
        return max(1, min(value, 1000))


class SupplierFeedRequest(FeedRequest):
    @field_validator("url")
    @classmethod
    def check_url(cls, value):
        if value.scheme != "https" or value.host not in FEED_HOSTS:
            raise ValueError("feed is not from a supplier")
        if value.port not in (None, 443):
            raise ValueError("port is not allowed")
        return value
