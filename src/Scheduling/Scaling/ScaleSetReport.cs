namespace Scheduling.Scaling;

/// <summary>What a gateway saw or did. Each part is null when there is nothing to say of it; all are absolute, so that it can be sent again.</summary>
[GenerateSerializer, Immutable]
public sealed record ScaleSetReport
{
    /// <summary>The leadership under which it acts.</summary>
    [Id(0)] public required long Fence { get; init; }

    /// <summary>The cloud is about to be asked for this, or has taken it on.</summary>
    [Id(1)] public ScaleSetOperation? Began { get; init; }

    /// <summary>The operation under this URL is over; empty: the one that has none.</summary>
    [Id(2)] public string? Ended { get; init; }

    /// <summary>More machines were asked for, and the cloud said no: at once, or as the operation ended.</summary>
    [Id(3)] public ScaleFailure? Failure { get; init; }

    /// <summary>The set as it stands.</summary>
    [Id(4)] public ScaleSetReading? Seen { get; init; }
}
