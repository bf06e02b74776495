namespace Silo.Storage;

/// <summary>The storage cannot be opened. The message is one line for the operator.</summary>
public sealed class StorageStartupException : Exception
{
    public StorageStartupException(string message) : base(message)
    {
    }

    public StorageStartupException(string message, Exception inner) : base(message, inner)
    {
    }
}
