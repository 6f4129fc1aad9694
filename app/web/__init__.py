"""The house's front door: sign-in, default deny, languages, forms, error pages and security headers."""
