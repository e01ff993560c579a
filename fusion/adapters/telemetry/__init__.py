"""OpenTelemetry: spans and measurements to Application Insights, or to a collector by OTLP."""
