namespace Grains.Storage;

/// <summary>The continuation of a query was not made by this system, or was changed on the way: start again from the first page.</summary>
[GenerateSerializer]
public sealed class InvalidContinuationException : ArgumentException
{
    public InvalidContinuationException() : base("The continuation is not one that this system gave out. Start again from the first page.")
    {
    }

    public InvalidContinuationException(string message) : base(message)
    {
    }
}
