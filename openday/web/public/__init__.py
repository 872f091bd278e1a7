"""public: pages for residents."""
