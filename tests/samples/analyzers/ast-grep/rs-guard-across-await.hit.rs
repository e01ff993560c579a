async fn save(&self) {
    let items = self.items.lock().unwrap();
    self.store.write(&items).await;
}
