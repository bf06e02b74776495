using Scheduling.Scaling;

namespace Gateway.Azure;

/// <summary>How an operation of the cloud goes.</summary>
internal abstract record OperationStatus
{
    private OperationStatus()
    {
    }

    public sealed record Running : OperationStatus;

    public sealed record Succeeded : OperationStatus;

    public sealed record Failed(ScaleFailure Failure, string Message) : OperationStatus;
}
