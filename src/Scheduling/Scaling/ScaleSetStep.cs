using System.Collections.Immutable;

namespace Scheduling.Scaling;

/// <summary>What a gateway is to do next about a scale set.</summary>
public abstract record ScaleSetStep
{
    private ScaleSetStep()
    {
    }

    /// <summary>Nothing yet.</summary>
    public sealed record Wait(string Why) : ScaleSetStep;

    /// <summary>Another leader has written since: this one is over.</summary>
    public sealed record Superseded : ScaleSetStep;

    /// <summary>Ask how the operation goes.</summary>
    public sealed record Follow(string Url) : ScaleSetStep;

    /// <summary>What was asked for last is over, heard of or not: with this failure, or none.</summary>
    public sealed record Settle(ScaleFailure? Failure) : ScaleSetStep;

    /// <summary>Write the own leadership on the set, so that what an older one still has under way no longer matches.</summary>
    public sealed record Claim(string IfMatch) : ScaleSetStep;

    /// <summary>Ask for this capacity. Never less than there are machines: which of them went would be the cloud's choice.</summary>
    public sealed record Grow(int Capacity, string IfMatch) : ScaleSetStep;

    /// <summary>Delete these very machines.</summary>
    public sealed record Delete(ImmutableArray<string> Instances) : ScaleSetStep;
}
