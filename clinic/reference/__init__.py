"""The tables every clinic starts from, loaded from the files beside the apps that own them."""
