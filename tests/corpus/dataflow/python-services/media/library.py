from media.settings import ORIGINALS, THUMBNAILS


class Library:
    def original(self, asset_id: int):
        return ORIGINALS / f"{asset_id:08d}.jpg"

    def thumbnail(self, asset_id: int):
        return THUMBNAILS / f"{asset_id:08d}.jpg"
