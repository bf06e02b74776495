namespace Grains.Storage;

/// <summary>A stored record cannot be read, or a type cannot be stored. The message says which and what to do.</summary>
[GenerateSerializer]
public sealed class RecordFormatException : Exception
{
    public RecordFormatException(string message) : base(message)
    {
    }

    public RecordFormatException(string message, Exception inner) : base(message, inner)
    {
    }
}
