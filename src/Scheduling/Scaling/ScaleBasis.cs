namespace Scheduling.Scaling;

/// <summary>
/// What a plan was made on: the leadership of who made it, and the scale set's version that it saw. Who leads no longer changes nothing, and neither does what
/// was planned, or sent, before something else changed the set.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record ScaleBasis
{
    [Id(0)] public required long Leadership { get; init; }

    /// <summary>Null: whatever the set is by now.</summary>
    [Id(1)] public long? Version { get; init; }
}
