service-suffix = Inloggning
