namespace Grains;

/// <summary>A call from outside of the silos that no gateway makes: of a method that is not open to them, or for nobody. It had no effect.</summary>
[GenerateSerializer]
public sealed class CallRefusedException(string message) : Exception(message);
