"""This application, made of the components: its page views and its currencies."""
