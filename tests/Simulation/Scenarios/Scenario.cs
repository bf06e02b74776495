using System.Collections.Immutable;

namespace Simulation;

/// <summary>A run as data: what is done to the cluster, in order. The seed decides what is drawn beside the operations.</summary>
internal sealed record Scenario
{
    public required int Seed { get; init; }

    public required Profile Profile { get; init; }

    public required ImmutableArray<Op> Ops { get; init; }

    /// <summary>The scenario of this seed.</summary>
    public static Scenario Draw(int seed, Profile profile) =>
        profile.Outside is { Guests: true } ? new Outside.Guests.GuestDraw(seed, profile).Draw()
        : profile.Outside is { } outside ? new Outside.OutsideDraw(seed, profile, outside).Draw() : new ScenarioDraw(seed, profile).Draw();

    /// <summary>The same with only these kinds of faults left.</summary>
    public Scenario Only(FaultKinds kinds) => this with
    {
        Ops =
        [
            .. Ops.Where(o => o.Fault == FaultKinds.None || kinds.HasFlag(o.Fault)).Select(o => o is Op.SetFaults set ? set with { Rates = set.Rates.Only(kinds) } : o)
                .Where(o => o is not Op.SetFaults { Rates.AreNone: true }),
        ],
    };

    /// <summary>What a number of a seed's stream comes to: alike in every process.</summary>
    public static int Mix(int seed, int number)
    {
        var z = unchecked(((ulong)(uint)seed << 32 | (uint)number) + 0x9E3779B97F4A7C15);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
        return (int)(z ^ (z >> 31));
    }
}
