package a
func (s *Store) Add(v int) {
	s.mu.Lock()
	s.items = append(s.items, v)
}
