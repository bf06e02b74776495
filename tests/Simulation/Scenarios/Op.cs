using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Simulation;

/// <summary>
/// One thing that is done to the cluster from outside. A scenario is a list of these, drawn before anything runs: each can be left out
/// and the others stay what they are.
/// </summary>
internal abstract record Op
{
    private Op()
    {
    }

    /// <summary>Everything that is drawn while it is carried out, and the order of what follows it, comes from this.</summary>
    public required int Seed { get; init; }

    /// <summary>So long the cluster runs, virtually, before the next one.</summary>
    public TimeSpan Then { get; init; }

    /// <summary>The silo whose client sends it; null, or a silo that is down: the client outside.</summary>
    public int? Via { get; init; }

    /// <summary>A kind of fault, when it is one; what a scenario without that kind leaves out.</summary>
    public virtual FaultKinds Fault => FaultKinds.None;

    /// <summary>Without its place in time: for people.</summary>
    public abstract string Describe();

    public sealed override string ToString() => Describe();

    /// <param name="Job">The idempotency key.</param>
    /// <param name="Spec">Without its deadline.</param>
    /// <param name="DeadlineIn">From when it is submitted.</param>
    /// <param name="OtherBody">The same key, and not the same request.</param>
    public sealed record Submit(JobId Job, JobSpec Spec, TimeSpan? DeadlineIn = null, bool OtherBody = false) : Op
    {
        public override string Describe() => $"submit {Job}{(OtherBody ? " with another body" : "")}: {Specs.Describe(Spec)}{(DeadlineIn is { } d ? $", deadline in {d.TotalSeconds:0} s" : "")}";
    }

    public sealed record Cancel(JobId Job) : Op
    {
        public override string Describe() => $"cancel {Job}";
    }

    public sealed record Suspend(JobId Job) : Op
    {
        public override string Describe() => $"suspend {Job}";
    }

    public sealed record Resume(JobId Job) : Op
    {
        public override string Describe() => $"resume {Job}";
    }

    public sealed record Scale(JobId Job, int Replicas) : Op
    {
        public override string Describe() => $"scale {Job} to {Replicas}";
    }

    /// <summary>Somebody takes this attempt off its nodes.</summary>
    public sealed record Evict(JobId Job, int Attempt) : Op
    {
        public override string Describe() => $"evict {Job}/{Attempt}";
    }

    /// <summary>Another tenant asks for the job and wants it cancelled: it must hear that there is none.</summary>
    public sealed record Trespass(JobId Job) : Op
    {
        public override string Describe() => $"another tenant reads and cancels {Job}";
    }

    public sealed record Cordon(int Rack, int Node) : Op
    {
        public override string Describe() => $"cordon r{Rack}n{Node}";
    }

    public sealed record Drain(int Rack, int Node) : Op
    {
        public override string Describe() => $"drain r{Rack}n{Node}";
    }

    public sealed record Uncordon(int Rack, int Node) : Op
    {
        public override string Describe() => $"uncordon r{Rack}n{Node}";
    }

    /// <summary>The cluster calls the node not ready.</summary>
    public sealed record NodeDies(int Rack, int Node) : Op
    {
        public override FaultKinds Fault => FaultKinds.NodeDeath;

        public override string Describe() => $"r{Rack}n{Node} dies";
    }

    /// <summary>It is ready again, perhaps with fewer GPUs than before.</summary>
    public sealed record NodeReturns(int Rack, int Node, int Gpus) : Op
    {
        public override FaultKinds Fault => FaultKinds.NodeDeath;

        public override string Describe() => $"r{Rack}n{Node} returns with {Gpus} GPUs";
    }

    /// <summary>All nodes of the rack at once, and back after a while.</summary>
    public sealed record RackDies(int Rack, TimeSpan Down) : Op
    {
        public override FaultKinds Fault => FaultKinds.RackDeath;

        public override string Describe() => $"rack r{Rack} dies for {Seconds(Down)}";
    }

    public sealed record SetQuota(int Team, QuotaSpec Spec) : Op
    {
        public override string Describe() => $"quota of t{Team}: {Specs.Describe(Spec)}";
    }

    /// <summary>kill -9 of a silo, so many steps after the operation began; a new one in its place after a while.</summary>
    public sealed record CrashSilo(int Silo, int AfterSteps, TimeSpan Down) : Op
    {
        public override FaultKinds Fault => FaultKinds.Crash;

        public override string Describe() => $"silo {Silo} crashes after {AfterSteps} steps, back after {Seconds(Down)}";
    }

    /// <summary>A silo is cut off and lives on, so that grains come to live twice; healed after a while.</summary>
    public sealed record Partition(int Silo, int AfterSteps, TimeSpan Down) : Op
    {
        public override FaultKinds Fault => FaultKinds.Partition;

        public override string Describe() => $"silo {Silo} is cut off after {AfterSteps} steps for {Seconds(Down)}";
    }

    /// <summary>A silo's wall clock is off by so much from now on.</summary>
    public sealed record ClockJump(int Silo, TimeSpan Offset) : Op
    {
        public override FaultKinds Fault => FaultKinds.Clock;

        public override string Describe() => $"silo {Silo}'s clock is off by {Seconds(Offset)}";
    }

    /// <summary>How often messages and storage go wrong from now on.</summary>
    public sealed record SetFaults(FaultRates Rates) : Op
    {
        public override string Describe() => $"faults: {Rates}";
    }

    /// <summary>The backend looks at what should run and says what became of it.</summary>
    public sealed record RunBackend(BackendMood Mood, BackendFault Lie = BackendFault.None) : Op
    {
        public override FaultKinds Fault => Lie == BackendFault.None ? FaultKinds.None : FaultKinds.Backend;

        public override string Describe() => $"backend looks ({Mood}{(Lie == BackendFault.None ? "" : $", {Lie}")})";
    }

    /// <summary>The machine is taken out of its cluster; what ran there is gone, unseen by anybody.</summary>
    public sealed record NodeVanishes(int Rack, int Node) : Op
    {
        public override FaultKinds Fault => FaultKinds.NodeDeath;

        public override string Describe() => $"r{Rack}n{Node} vanishes";
    }

    /// <summary>The machine comes to stand in another rack, whatever runs on it.</summary>
    public sealed record NodeMoves(int Rack, int Node, int To) : Op
    {
        public override FaultKinds Fault => FaultKinds.Relabel;

        public override string Describe() => $"r{Rack}n{Node} stands in rack r{To}";
    }

    /// <summary>A new boot: what ran there is gone, and it has to pass preflight.</summary>
    public sealed record NodeRestarts(int Rack, int Node) : Op
    {
        public override FaultKinds Fault => FaultKinds.NodeDeath;

        public override string Describe() => $"r{Rack}n{Node} restarts";
    }

    /// <summary>Its preflight ends.</summary>
    public sealed record NodeExamined(int Rack, int Node, bool Passed) : Op
    {
        public override string Describe() => $"r{Rack}n{Node} {(Passed ? "passes" : "fails")} preflight";
    }

    /// <param name="Gateway">Which.</param>
    /// <param name="How">What befalls it.</param>
    /// <param name="After">So much later, at whatever step comes then.</param>
    /// <param name="For">Until it is as before.</param>
    public sealed record GatewayFails(int Gateway, GatewayFault How, TimeSpan After, TimeSpan For) : Op
    {
        public override FaultKinds Fault => FaultKinds.Gateway;

        public override string Describe() => $"gateway {Gateway} {How} after {Seconds(After)}, for {Seconds(For)}";
    }

    /// <summary>An operator wants so many machines of the scale set.</summary>
    public sealed record WantMachines(int Machines) : Op
    {
        public override string Describe() => $"want {Machines} machines";
    }

    /// <summary>Some machines are to go, whatever runs on them.</summary>
    public sealed record RemoveMachines(int Most) : Op
    {
        public override string Describe() => $"remove {Most} machines";
    }

    /// <summary>An operator takes a machine back that may be on its way out.</summary>
    public sealed record KeepMachine : Op
    {
        public override string Describe() => "uncordon the first machine";
    }

    /// <summary>A spot machine is taken away.</summary>
    public sealed record LoseMachine : Op
    {
        public override FaultKinds Fault => FaultKinds.Cloud;

        public override string Describe() => "a spot machine is taken away";
    }

    /// <summary>A user's controller keeps up so many pods, which start together.</summary>
    public sealed record WantPods(string Gang, int Size, int Gpus, int Priority) : Op
    {
        public ImmutableArray<ExtendedAmount> Extended { get; init; } = [];

        public override string Describe() => $"a user wants {Size} pods of {Gpus} GPUs{With(Extended)}, {Gang}, priority {Priority}";
    }

    /// <summary>A pod of its own.</summary>
    public sealed record MakePod(string Name, int Gpus) : Op
    {
        public ImmutableArray<ExtendedAmount> Extended { get; init; } = [];

        public override string Describe() => $"a user makes {Name} of {Gpus} GPUs{With(Extended)}";
    }

    /// <summary>The job of one of the pods that are bound is evicted, or cancelled.</summary>
    /// <param name="Pick">Which, counted round.</param>
    public sealed record StopBound(int Pick, bool Cancels) : Op
    {
        public override string Describe() => $"the job of bound pod {Pick} is {(Cancels ? "cancelled" : "evicted")}";
    }

    public sealed record Reconcile : Op
    {
        public override string Describe() => "reconcile";
    }

    /// <summary>Nothing but time.</summary>
    public sealed record Wait : Op
    {
        public override string Describe() => "wait";
    }

    private static string With(ImmutableArray<ExtendedAmount> extended) => string.Concat(extended.Select(e => $", {e}"));

    private static string Seconds(TimeSpan span) => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.###} s");
}
