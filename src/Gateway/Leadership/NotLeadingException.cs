namespace Gateway.Leadership;

/// <summary>This process leads no longer, or another has acted after it: it does nothing more.</summary>
internal sealed class NotLeadingException(string message) : Exception(message);
