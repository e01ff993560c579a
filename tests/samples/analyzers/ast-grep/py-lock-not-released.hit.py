def add(self, item):
    self._lock.acquire()
    self.items.append(item)
