namespace Silo.Transfer;

/// <summary>A copy cannot be made. The message is one line for the operator.</summary>
public sealed class TransferException : Exception
{
    public TransferException(string message) : base(message)
    {
    }

    public TransferException(string message, Exception inner) : base(message, inner)
    {
    }
}
