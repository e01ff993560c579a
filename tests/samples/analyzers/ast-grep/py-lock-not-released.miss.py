def add(self, item):
    self._lock.acquire()
    try:
        self.items.append(item)
    finally:
        self._lock.release()
