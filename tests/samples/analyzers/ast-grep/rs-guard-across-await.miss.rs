async fn save(&self) {
    let items = self.items.lock().unwrap().clone();
    self.store.write(&items).await;
}
