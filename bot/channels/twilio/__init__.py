"""SMS and WhatsApp through Twilio: takes webhooks and reports, delivers replies."""
