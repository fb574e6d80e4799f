service-suffix = Login
