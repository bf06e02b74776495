using Scheduling.Preemption;
using Simulation.Outside;

namespace Simulation.Planted;

/// <summary>The kinds of runs in which planted bugs are looked for.</summary>
internal static class Grounds
{
    /// <summary>Nothing goes wrong.</summary>
    public static HuntingGround Quiet { get; } = new("quiet", Profile.Quiet);

    /// <summary>Nothing goes wrong, and somebody asks for less than nothing.</summary>
    public static HuntingGround Hostile { get; } = new("hostile", Profile.Quiet with { Name = "hostile" }) { Checkers = [w => new HostileCaller(w)] };

    /// <summary>Everything taken back is the scheduler's own doing.</summary>
    public static HuntingGround Undisturbed { get; } = new("undisturbed", Profile.Undisturbing);

    /// <summary>The same, and few evictions are allowed.</summary>
    public static HuntingGround Sparing { get; } = new("sparing", Profile.Undisturbing with { Name = "sparing" })
    {
        Pools = o => o.Policy = o.Policy with { Limits = new PreemptionLimits { MaxEvictions = 1 } },
    };

    /// <summary>The same, and one job may cause one eviction in its life.</summary>
    public static HuntingGround Spent { get; } = new("spent", Profile.Undisturbing with { Name = "spent" })
    {
        Pools = o => o.Policy = o.Policy with { Limits = new PreemptionLimits { MaxEvictionsCaused = 1 } },
    };

    /// <summary>Nobody is promised anything: who waits for room must be woken.</summary>
    public static HuntingGround Unpromising { get; } = new("unpromising", Profile.Quiet with { Name = "unpromising" })
    {
        Pools = o => o.Policy = o.Policy with { MaxReservations = 0, Preemption = false },
    };

    /// <summary>Two teams are owed half of the pool each, one borrows what the other leaves idle, and has to give it back.</summary>
    public static HuntingGround Lending { get; } = new("lending", Profile.Undisturbing with { Name = "lending" })
    {
        Draw = LendingScenario.Draw, Checkers = [w => new RefusalReferee(w)], Ending = Ending.Rest,
    };

    /// <summary>Messages are lost, doubled and late.</summary>
    public static HuntingGround Network { get; } = new("network", Profile.Network);

    /// <summary>Little quota, and messages that come again long after.</summary>
    public static HuntingGround Late { get; } = Tight(Profile.Network with { Name = "late", Kinds = FaultKinds.Duplication, Rates = TightScenario.Doubled });

    /// <summary>Little quota, and messages that are lost.</summary>
    public static HuntingGround Lossy { get; } = Tight(Profile.Network with { Name = "lossy", Kinds = FaultKinds.Loss, Rates = TightScenario.Lost });

    /// <summary>The same, and the pool's activation hands over again and again.</summary>
    public static HuntingGround Handing { get; } = Tight(Profile.Network with { Name = "handing", Kinds = FaultKinds.Loss, Rates = TightScenario.Lost }) with
    {
        Pools = o => o.History.HandOverAfter = TimeSpan.FromSeconds(40),
    };

    /// <summary>Little quota, messages that take long, and silos that crash meanwhile.</summary>
    public static HuntingGround Slow { get; } = Tight(Profile.Network with { Name = "slow", Kinds = FaultKinds.Delay | FaultKinds.Crash, Crashes = 16, Rates = TightScenario.Slow });

    /// <summary>Jobs that wait for jobs, and messages that are lost.</summary>
    public static HuntingGround Chained { get; } = new("chained", Profile.Network with { Name = "chained", Kinds = FaultKinds.Loss, Rates = ChainedScenario.Rates, Quotas = false })
    {
        Draw = ChainedScenario.Draw,
    };

    /// <summary>Urgent jobs that their limit keeps waiting.</summary>
    public static HuntingGround Urgent { get; } = new("urgent", Profile.Undisturbing with { Name = "urgent" })
    {
        Draw = UrgentScenario.Draw, Checkers = [w => new RefusalReferee(w)], Ending = Ending.Rest,
    };

    /// <summary>Nodes are drained while they are in use.</summary>
    public static HuntingGround Draining { get; } = new("draining", Profile.Quiet with { Name = "draining", Quotas = false }) { Draw = DrainingScenario.Draw };

    /// <summary>Silos crash, messages and writes go wrong.</summary>
    public static HuntingGround Crashes { get; } = new("crashes", Profile.Crashing with { Crashes = 8 });

    /// <summary>The same, and journals are soon replaced by snapshots.</summary>
    public static HuntingGround Snapshots { get; } = new("snapshots", Profile.Crashing with { Name = "snapshots", Crashes = 8 }) { SnapshotAfter = 12 };

    /// <summary>Silos are cut off and live on, so that grains live twice.</summary>
    public static HuntingGround Zombies { get; } = new("zombies", Profile.Zombies with { Partitions = 8 });

    /// <summary>Nodes and racks die and come back with less.</summary>
    public static HuntingGround Hardware { get; } = new("hardware", Profile.Hardware with { NodeDeaths = 20 });

    /// <summary>Small jobs without end, and one gang that needs many nodes at once.</summary>
    public static HuntingGround Crowded { get; } = new("crowded", Profile.Undisturbing with { Name = "crowded" })
    {
        Draw = CrowdedScenario.Draw, Checkers = [w => new BypassReferee(w)], Ending = Ending.None,
    };

    /// <summary>Machines restart and have to pass preflight.</summary>
    public static HuntingGround Preflight { get; } = new("preflight", Profile.Examined with { Kinds = FaultKinds.NodeDeath });

    /// <summary>Gateways against Kubernetes, where machines come to stand in other racks.</summary>
    public static HuntingGround Moving { get; } = new("moving", Profile.Gateways with { Name = "moving", Kinds = FaultKinds.Relabel }) { HasReferees = false };

    /// <summary>Gangs have their failed members started again, and machines come and go.</summary>
    public static HuntingGround Swapping { get; } = new("swapping", Profile.Gateways with { Name = "swapping", Kinds = FaultKinds.NodeDeath, Outside = new() { Swaps = true } })
    {
        HasReferees = false,
    };

    /// <summary>A planner wants machines for gangs of which quota does not admit all.</summary>
    public static HuntingGround Planning { get; } = new("planner", Profile.Planner with { Kinds = FaultKinds.Cloud }) { HasReferees = false };

    /// <summary>The same, with gateways whose planners go on when others lead, and with silos that are cut off.</summary>
    public static HuntingGround LatePlanning { get; } = new("late planners", Profile.Planner with
    {
        Name = "late planners",
        Kinds = FaultKinds.Cloud | FaultKinds.Gateway | FaultKinds.Partition,
        Outside = new OutsideSetup { ScaleSet = true, Plans = true, Planted = Outside.Planted.LatePlanner },
    })
    {
        HasReferees = false,
    };

    /// <summary>Operators want now more, now fewer machines.</summary>
    public static HuntingGround Machines { get; } = new("machines", Profile.Machines with { Kinds = FaultKinds.Cloud }) { HasReferees = false };

    /// <summary>Users make pods, and somebody cancels their jobs.</summary>
    public static HuntingGround Cancelling { get; } = new("cancelling", Profile.Guests with
    {
        Name = "cancelling",
        Kinds = FaultKinds.Wire,
        Outside = new OutsideSetup { Guests = true, Cancels = true },
    })
    {
        HasReferees = false, Ending = Ending.Rest,
    };

    /// <summary>Users make pods, and gateways die, stand still and are cut off.</summary>
    public static HuntingGround Guests { get; } = new("guests", Profile.Guests with { Kinds = FaultKinds.Gateway | FaultKinds.Wire }) { HasReferees = false };

    /// <summary>All of them, for those who do not know where to look.</summary>
    public static IReadOnlyList<HuntingGround> All { get; } =
        [Quiet, Hostile, Undisturbed, Sparing, Spent, Unpromising, Lending, Network, Late, Lossy, Handing, Slow, Chained, Urgent, Draining, Crashes, Snapshots, Zombies, Hardware, Crowded, Preflight, Moving, Swapping, Planning, LatePlanning, Machines, Cancelling, Guests];

    private static HuntingGround Tight(Profile profile) => new(profile.Name, profile) { Draw = seed => TightScenario.Draw(seed, profile) };
}
