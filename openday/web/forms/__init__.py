"""WTForms per noun; each form turns into a frozen dataclass."""
