namespace Scheduling.Scaling;

/// <summary>
/// What a plan was made on: the leadership of who made it, the scale set's version that it saw, and the moment of the pool's demand. Who leads no longer changes
/// nothing, and neither does what was planned, or sent, before something else changed the set, nor what was planned on less than what is known by now.
/// </summary>
[GenerateSerializer, Immutable]
public sealed record ScaleBasis
{
    [Id(0)] public required long Leadership { get; init; }

    /// <summary>Null: whatever the set is by now.</summary>
    [Id(1)] public long? Version { get; init; }

    /// <summary>The version of the demand that it was planned from: grows from activation to activation of the pool; null: of no demand.</summary>
    [Id(2)] public long? Demand { get; init; }
}
