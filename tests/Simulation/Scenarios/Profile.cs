using Simulation.Outside;

namespace Simulation;

/// <summary>Which runs are drawn: how much there is to do, and what goes wrong.</summary>
internal sealed record Profile
{
    public required string Name { get; init; }

    public int Jobs { get; init; } = 40;

    /// <summary>What may go wrong at all.</summary>
    public FaultKinds Kinds { get; init; }

    /// <summary>How often messages and storage do, of the kinds that may.</summary>
    public FaultRates Rates { get; init; } = new();

    /// <summary>So many of each in a run, on average, of the kinds that may.</summary>
    public double Crashes { get; init; } = 3;

    public double Partitions { get; init; } = 2;

    public double NodeDeaths { get; init; } = 4;

    public double RackDeaths { get; init; } = 0.5;

    public double ClockJumps { get; init; } = 3;

    /// <summary>Of ten looks of the backend, so many are not to be relied on.</summary>
    public double BackendLies { get; init; } = 2;

    /// <summary>Quotas are set, and changed.</summary>
    public bool Quotas { get; init; } = true;

    /// <summary>Users and operators only submit, so that whatever is taken back is the scheduler's own doing.</summary>
    public bool Undisturbed { get; init; }

    /// <summary>Levels of quota have budgets of GPU-hours.</summary>
    public bool Budgets { get; init; }

    /// <summary>Nodes must pass preflight after each start before they are used.</summary>
    public bool Preflight { get; init; }

    /// <summary>The gateway's reconcilers act on models of the world outside; null: a backend that is told.</summary>
    public OutsideSetup? Outside { get; init; }

    public override string ToString() => Name;

    private static readonly FaultRates Usual = new()
    {
        Loss = 0.02, Duplication = 0.02, MaxDelay = TimeSpan.FromMilliseconds(20),
        StorageBefore = 0.004, StorageAfter = 0.004, StorageSilence = 0.001, StorageConflict = 0.002, StorageSlow = 0.004,
    };

    public static Profile Quiet { get; } = new() { Name = "quiet" };

    public static Profile Undisturbing { get; } = new() { Name = "undisturbed", Quotas = false, Undisturbed = true };

    public static Profile Network { get; } = new()
    {
        Name = "network", Kinds = FaultKinds.Messages, Rates = Usual with { Loss = 0.03, Duplication = 0.03, MaxDelay = TimeSpan.FromMilliseconds(2) },
    };

    public static Profile Storage { get; } = new()
    {
        Name = "storage", Kinds = FaultKinds.Storage, Rates = Usual with { StorageBefore = 0.01, StorageAfter = 0.01 },
    };

    public static Profile Crashing { get; } = new()
    {
        Name = "crashes", Kinds = FaultKinds.Messages | FaultKinds.Storage | FaultKinds.Crash, Rates = Usual, Crashes = 5,
    };

    public static Profile Zombies { get; } = new()
    {
        Name = "zombies", Kinds = FaultKinds.Partition | FaultKinds.Crash | FaultKinds.Delay, Rates = Usual, Partitions = 5, Crashes = 1,
    };

    public static Profile Hardware { get; } = new() { Name = "hardware", Kinds = FaultKinds.Hardware | FaultKinds.Backend, NodeDeaths = 10, RackDeaths = 1.5 };

    public static Profile Clocks { get; } = new() { Name = "clocks", Kinds = FaultKinds.Clock | FaultKinds.Crash, ClockJumps = 12, Crashes = 1 };

    public static Profile Everything { get; } = new() { Name = "everything", Kinds = FaultKinds.All, Rates = Usual };

    /// <summary>Machines restart, have to pass preflight before they are used, and do not always.</summary>
    public static Profile Examined { get; } = new()
    {
        Name = "preflight", Kinds = FaultKinds.Messages | FaultKinds.Crash | FaultKinds.Partition | FaultKinds.NodeDeath, Rates = Usual, Preflight = true, Crashes = 2, NodeDeaths = 12,
    };

    /// <summary>Quotas have budgets of GPU-hours.</summary>
    public static Profile Budgeted { get; } = new() { Name = "budgets", Kinds = FaultKinds.Crash | FaultKinds.Storage, Rates = Usual, Budgets = true, Crashes = 3 };

    private static readonly WireFaults Wired = new() { Loss = 0.06, Error = 0.06, Throttle = 0.04, Slow = 0.06, Stale = 0.5 };

    private static readonly FaultRates UsualOutside = new() { Loss = 0.01, Duplication = 0.01, StorageBefore = 0.005, StorageAfter = 0.005, Wire = Wired };

    /// <summary>Gateways against Kubernetes, of which everything fails.</summary>
    public static Profile Gateways { get; } = new()
    {
        Name = "gateways", Kinds = FaultKinds.All & ~(FaultKinds.Backend | FaultKinds.Clock | FaultKinds.Cloud), Rates = UsualOutside, Quotas = false, Outside = new OutsideSetup(),
    };

    /// <summary>The same, and machines that restart have to pass preflight.</summary>
    public static Profile Restarts { get; } = Gateways with { Name = "restarts", Outside = new OutsideSetup { Restarts = true } };

    /// <summary>The same, and a scale set of which operators want now more, now fewer machines.</summary>
    public static Profile Machines { get; } = Gateways with
    {
        Name = "machines",
        Kinds = Gateways.Kinds | FaultKinds.Cloud,
        Outside = new OutsideSetup { ScaleSet = true },
        Rates = UsualOutside with { IsScarce = true, Wire = new WireFaults { Loss = 0.04, Error = 0.04, Throttle = 0.03, Slow = 0.03, Stale = 0.3 } },
    };

    /// <summary>The same, and the planner wants them: for the gangs that wait and that quota admits.</summary>
    public static Profile Planner { get; } = Machines with { Name = "planner", Jobs = 24, Outside = new OutsideSetup { ScaleSet = true, Plans = true } };

    /// <summary>Users make, fail and delete pods, and gateways of which everything fails take them in.</summary>
    public static Profile Guests { get; } = Gateways with
    {
        Name = "guests",
        Kinds = FaultKinds.Messages | FaultKinds.Storage | FaultKinds.Crash | FaultKinds.Partition | FaultKinds.Gateway | FaultKinds.Wire,
        Outside = new OutsideSetup { Guests = true },
    };

    /// <summary>Those that long runs go round.</summary>
    public static IReadOnlyList<Profile> OfLongRuns { get; } = [Quiet, Undisturbing, Network, Storage, Crashing, Zombies, Hardware, Clocks, Everything];

    /// <summary>All of them, by name.</summary>
    public static IReadOnlyList<Profile> All { get; } = [.. OfLongRuns, Examined, Budgeted, Gateways, Restarts, Machines, Planner, Guests];

    public static Profile Named(string name) =>
        All.FirstOrDefault(p => p.Name == name) ?? throw new ArgumentException($"There is no profile '{name}'; there are {string.Join(", ", All)}.", nameof(name));
}
