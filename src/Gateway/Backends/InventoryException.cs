namespace Gateway.Backends;

/// <summary>An inventory could not be read. The message names the place and says what to do.</summary>
public sealed class InventoryException(string message, Exception? inner = null) : Exception(message, inner);
