namespace Scheduling.Scaling;

/// <summary>What a command makes of a scale set's state.</summary>
public abstract record ScaleSetDecision
{
    private ScaleSetDecision()
    {
    }

    public sealed record Change(ScaleSetState Next) : ScaleSetDecision;

    /// <summary>It is so already.</summary>
    public sealed record Nothing : ScaleSetDecision
    {
        public static Nothing Instance { get; } = new();
    }

    /// <summary>For whoever asked.</summary>
    public sealed record Refuse(string Message) : ScaleSetDecision;
}
