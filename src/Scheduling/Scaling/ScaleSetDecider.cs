using System.Collections.Immutable;
using Scheduling.Model;

namespace Scheduling.Scaling;

/// <summary>
/// A scale set's intent as pure functions. Capacity is absolute and only ever raised; it falls by deleting machines by their ids, each of which was
/// drained before and can never get work again. What was not read afresh lowers nothing.
/// </summary>
public static class ScaleSetDecider
{
    /// <summary>Removals at a time; more is for later.</summary>
    public const int MaxRemovals = 1000;

    /// <summary>A request that the cloud has not begun by then was lost.</summary>
    public static readonly TimeSpan HeardWithin = TimeSpan.FromMinutes(1);

    /// <summary>Notes kept.</summary>
    public const int MaxNotes = 64;

    /// <summary>Events remembered: one that comes again later than so many others is heard again, and everything that follows from it may be done twice.</summary>
    public const int MaxHeard = 256;

    private static readonly TimeSpan ReturnWindow = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(30);
    private const int MostDoublings = 20;

    /// <summary>
    /// What a planner says, if it still leads, the set is as it saw it, and nobody planned from later demand; what is so already is so whenever it was said. The
    /// leadership is kept, whatever comes of it: older ones are refused from then on.
    /// </summary>
    /// <param name="basis">Null: it is an operator's word, or the cloud's, and holds at any time.</param>
    public static ScaleSetDecision Planned(ScaleSetState state, ScaleBasis? basis, Func<ScaleSetState, ScaleSetDecision> decide)
    {
        if (basis is null)
        {
            return decide(state);
        }

        if (basis.Leadership < state.Fence && Guards.Hold(Guard.OnePlanner))
        {
            return Older(state, basis.Leadership);
        }

        var fenced = state with { Fence = Math.Max(state.Fence, basis.Leadership) };
        return decide(fenced) switch
        {
            ScaleSetDecision.Change when basis.Version is { } version && version != state.Version =>
                new ScaleSetDecision.Refuse($"it was planned on version {version} of {state.Spec.Id}, which is at {state.Version}: plan again"),
            ScaleSetDecision.Change when basis.Demand < state.PlannedFrom =>
                new ScaleSetDecision.Refuse($"it was planned from demand {basis.Demand} for {state.Spec.Id}, which follows {state.PlannedFrom}: plan again"),
            ScaleSetDecision.Change change => new ScaleSetDecision.Change(change.Next with { PlannedFrom = Math.Max(state.PlannedFrom, basis.Demand ?? 0) }),
            ScaleSetDecision.Nothing when fenced != state => Next(fenced),
            var decision => decision,
        };
    }

    /// <summary>The operator's word on the set; a lower ceiling also lowers what is wanted.</summary>
    public static ScaleSetDecision Configure(ScaleSetState? state, ScaleSetSpec spec) =>
        spec.Ceiling < 0 ? new ScaleSetDecision.Refuse($"the ceiling is {spec.Ceiling}: set 0 or more")
        : state is null ? new ScaleSetDecision.Change(new ScaleSetState { Spec = spec, Version = 1 })
        : state.Spec == spec ? ScaleSetDecision.Nothing.Instance
        : state.Spec.Id != spec.Id || state.Spec.Pool != spec.Pool ? new ScaleSetDecision.Refuse($"{state.Spec.Id} belongs to pool {state.Spec.Pool} for ever")
        : Next(state with { Spec = spec, Wanted = Math.Min(state.Wanted, spec.Ceiling) });

    /// <summary>So many machines are wanted in all. It deletes none: <see cref="Remove"/> does, by name.</summary>
    public static ScaleSetDecision Want(ScaleSetState state, int capacity, string reason, DateTimeOffset now) =>
        capacity < 0 || capacity > state.Spec.Ceiling ? new ScaleSetDecision.Refuse($"{capacity} machines are wanted of {state.Spec.Id}: 0 to {state.Spec.Ceiling} can be")
        : capacity == state.Wanted ? ScaleSetDecision.Nothing.Instance
        : Next(Noted(state with { Wanted = capacity }, $"wants {capacity} machines ({state.Wanted} before)", reason, now));

    /// <summary>These machines are to go, and so many fewer are wanted.</summary>
    public static ScaleSetDecision Remove(ScaleSetState state, IReadOnlyList<(string Instance, NodeId Node)> machines, string reason, DateTimeOffset now)
    {
        var known = state.Removals.Select(r => r.Instance).ToHashSet(StringComparer.Ordinal);
        var more = machines.Where(m => known.Add(m.Instance))
            .Select(m => new ScaleSetRemoval { Instance = m.Instance, Node = m.Node, Stage = RemovalStage.Draining, Reason = reason }).ToList();
        return more.Count == 0 ? ScaleSetDecision.Nothing.Instance
            : state.Removals.Length + more.Count > MaxRemovals ? new ScaleSetDecision.Refuse($"{state.Removals.Length} machines are on their way out: {MaxRemovals} at a time can be")
            : state.Spec.MaxReturnsPerTenMinutes is > 0 and var most && ReturnedLately(state, now) + more.Count > most
                ? new ScaleSetDecision.Refuse($"{ReturnedLately(state, now)} machines went within ten minutes: {most} may")
            : Next(Noted(state, $"returns {string.Join(", ", more.Select(m => m.Instance))}", reason, now) with
            {
                Removals = state.Removals.AddRange(more),
                Wanted = Math.Max(0, state.Wanted - more.Count),
                Returned = [.. state.Returned.Where(r => now - r.At < ReturnWindow), new ScaleSetReturned(now, more.Count)],
            });
    }

    /// <summary>Machines that were asked to go within the last ten minutes.</summary>
    public static int ReturnedLately(ScaleSetState state, DateTimeOffset now) => state.Returned.Where(r => now - r.At < ReturnWindow).Sum(r => r.Machines);

    /// <summary>An event from outside, under the name that its sender gave it: told again it changes nothing.</summary>
    public static ScaleSetDecision Hear(ScaleSetState state, string id, string what, DateTimeOffset now) =>
        state.Heard.Contains(id) ? ScaleSetDecision.Nothing.Instance
        : Next(Noted(state, what, "told from outside", now) with { Heard = [.. state.Heard.TakeLast(MaxHeard - 1), id] });

    /// <summary>Nobody else may take these machines, and all others may be taken. Absolute.</summary>
    public static ScaleSetDecision Protect(ScaleSetState state, IReadOnlyCollection<string> instances)
    {
        var wanted = instances.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray();
        return wanted.Length > state.Spec.Ceiling + MaxRemovals ? new ScaleSetDecision.Refuse($"{wanted.Length} machines are to be protected of {state.Spec.Id}, which has at most {state.Spec.Ceiling}")
            : state.Protects && state.Protected.SequenceEqual(wanted) ? ScaleSetDecision.Nothing.Instance
            : Next(state with { Protected = wanted, Protects = true });
    }

    /// <summary>The node has nothing left and was retired: it never takes work again.</summary>
    public static ScaleSetDecision Drained(ScaleSetState state, string instance) => Move(state, instance, RemovalStage.Draining, RemovalStage.Ready);

    /// <summary>The node was asked to drain.</summary>
    public static ScaleSetDecision Asked(ScaleSetState state, string instance) =>
        state.Removals.FirstOrDefault(r => r.Instance == instance) is { IsAsked: false } removal
            ? Next(state with { Removals = state.Removals.Replace(removal, removal with { IsAsked = true }) })
            : ScaleSetDecision.Nothing.Instance;

    /// <summary>The node was taken back into service before it was empty: the machine stays.</summary>
    public static ScaleSetDecision CalledOff(ScaleSetState state, string instance) =>
        state.Removals.FirstOrDefault(r => r.Instance == instance) is { Stage: RemovalStage.Draining } removal
            ? Next(state with { Removals = state.Removals.Remove(removal), Wanted = Math.Min(state.Spec.Ceiling, state.Wanted + 1) })
            : ScaleSetDecision.Nothing.Instance;

    /// <summary>The node of a deleted machine is forgotten too.</summary>
    public static ScaleSetDecision Retired(ScaleSetState state, string instance) =>
        state.Removals.FirstOrDefault(r => r.Instance == instance) is { Stage: RemovalStage.Deleted } removal
            ? Next(state with { Removals = state.Removals.Remove(removal) })
            : ScaleSetDecision.Nothing.Instance;

    /// <summary>Notes up to this number were told.</summary>
    public static ScaleSetDecision Tell(ScaleSetState state, long number) =>
        number <= state.Told || number > state.Version ? ScaleSetDecision.Nothing.Instance : Next(state with { Told = number });

    public static ScaleSetDecision Report(ScaleSetState state, ScaleSetReport report, DateTimeOffset now)
    {
        if (report.Fence < state.Fence)
        {
            return Older(state, report.Fence);
        }

        var next = state with { Fence = report.Fence };
        if (report.Ended is { } url && next.Operation?.Url == url)
        {
            next = next with { Operation = null };
        }

        if (report.Failure is { } failure)
        {
            // What is not known to be for a reason is not remembered as one, and what is long over neither.
            var earlier = state.EarlierBackOffs.Concat(state.BackOff is { } last ? [last] : []).Where(b => b.Failure != failure && b.Failure != ScaleFailure.Other && now - b.Until < LongestBackOff);
            next = Noted(next, "got none", failure.ToString(), now) with
            {
                BackOff = Longer(state.BackOff?.Failure == failure ? state.BackOff : state.EarlierBackOffs.FirstOrDefault(b => b.Failure == failure), failure, now),
                EarlierBackOffs = [.. earlier.DistinctBy(b => b.Failure).OrderBy(b => b.Failure)],
            };
        }
        else if (report.Ended is { Length: > 0 } && state.Operation is { Capacity: not null })
        {
            next = next with { BackOff = null, EarlierBackOffs = [] };
        }

        if (report.Began is { } began)
        {
            next = next with { Operation = began };
        }

        if (report.Seen is { } seen)
        {
            var present = seen.Instances.Select(i => i.Id).ToHashSet(StringComparer.Ordinal);
            var known = state.Joined.ToHashSet(StringComparer.Ordinal);
            next = next with
            {
                Removals = [.. next.Removals.Select(r => present.Contains(r.Instance) ? r : r with { Stage = RemovalStage.Deleted })],
                Joined = [.. seen.Instances.Where(i => i.HasJoined || known.Contains(i.Id)).Select(i => i.Id)],
            };
        }

        var isSame = next.Removals.SequenceEqual(state.Removals) && next.Joined.SequenceEqual(state.Joined) && next.EarlierBackOffs.SequenceEqual(state.EarlierBackOffs)
            && next with { Removals = state.Removals, Joined = state.Joined, EarlierBackOffs = state.EarlierBackOffs } == state;
        return isSame ? ScaleSetDecision.Nothing.Instance : Next(next);
    }

    /// <summary>The next thing to do, if it is this leader's to do.</summary>
    /// <param name="joinWithin">A machine that has not joined after this never will.</param>
    public static ScaleSetStep Step(ScaleSetState state, ScaleSetReading seen, long epoch, TimeSpan joinWithin, DateTimeOffset now)
    {
        if (seen.Epoch > epoch || state.Fence > epoch)
        {
            return new ScaleSetStep.Superseded();
        }

        if (state.Operation is { Url.Length: > 0 } operation)
        {
            return new ScaleSetStep.Follow(operation.Url);
        }

        if (seen.IsUpdating)
        {
            return new ScaleSetStep.Wait("the cloud is changing it");
        }

        var there = seen.Instances.Where(i => i.State != InstanceState.Deleting).ToList();
        if (state.Operation is { } unheard)
        {
            // It may still be under way to the cloud, or it was done and only the answer was lost.
            return now - unheard.StartedAt < HeardWithin ? new ScaleSetStep.Wait("the cloud may not have heard yet")
                : new ScaleSetStep.Settle(unheard.Capacity > there.Count ? ScaleFailure.Other : null);
        }

        // 1. An older leader's writes match no longer.
        if (seen.Epoch < epoch)
        {
            return new ScaleSetStep.Claim(seen.ETag);
        }

        // 2. Machines that nothing is on, and those that nothing can ever be on.
        var removals = state.Removals.ToDictionary(r => r.Instance, r => r.Stage, StringComparer.Ordinal);
        var useless = there.Where(i => removals.TryGetValue(i.Id, out var stage) ? stage == RemovalStage.Ready || !Guards.Hold(Guard.DrainedBeforeDeleted) : IsUseless(state, i, joinWithin, now)).Select(i => i.Id).ToImmutableArray();
        if (!useless.IsEmpty)
        {
            return new ScaleSetStep.Delete(useless);
        }

        // 3. As many more as are wanted and not there. Those that are to go are not counted as there, but take room below the ceiling.
        var missing = state.Wanted - there.Count(i => !removals.ContainsKey(i.Id));
        var capacity = Math.Min(state.Spec.Ceiling, there.Count + missing);
        return missing <= 0 || capacity <= there.Count ? new ScaleSetStep.Wait("all that are wanted are there")
            : state.BackOff?.Until > now ? new ScaleSetStep.Wait($"the cloud had none ({state.BackOff.Failure}, {state.BackOff.Failures} in a row) until {state.BackOff.Until:u}")
            : new ScaleSetStep.Grow(capacity, seen.ETag);
    }

    /// <summary>It has never been a node, so nothing was ever placed on it.</summary>
    private static bool IsUseless(ScaleSetState state, ScaleSetInstance instance, TimeSpan joinWithin, DateTimeOffset now) =>
        !instance.HasJoined && !state.Joined.Contains(instance.Id) && (instance.State == InstanceState.Failed || now - instance.CreatedAt > joinWithin);

    private static ScaleSetDecision Move(ScaleSetState state, string instance, RemovalStage from, RemovalStage to) =>
        state.Removals.FirstOrDefault(r => r.Instance == instance) is { } removal && removal.Stage == from
            ? Next(state with { Removals = state.Removals.Replace(removal, removal with { Stage = to }) })
            : ScaleSetDecision.Nothing.Instance;

    private static ScaleSetBackOff Longer(ScaleSetBackOff? before, ScaleFailure failure, DateTimeOffset now)
    {
        var failures = (before?.Failures ?? 0) + 1;
        var wait = First(failure) * Math.Pow(2, Math.Min(failures - 1, MostDoublings));
        return new ScaleSetBackOff { Failure = failure, Failures = failures, Until = now + (wait < LongestBackOff ? wait : LongestBackOff) };
    }

    /// <summary>What is short comes back soon; what is not allowed or not sold needs a person.</summary>
    private static TimeSpan First(ScaleFailure failure) => failure switch
    {
        ScaleFailure.Quota or ScaleFailure.Sku or ScaleFailure.Denied => TimeSpan.FromMinutes(5),
        ScaleFailure.Overconstrained => TimeSpan.FromMinutes(2),
        ScaleFailure.Allocation => TimeSpan.FromMinutes(1),
        _ => TimeSpan.FromSeconds(15),
    };

    private static ScaleSetDecision.Refuse Older(ScaleSetState state, long leadership) => new($"leadership {leadership} is older than {state.Fence}, which has acted here");

    private static ScaleSetState Noted(ScaleSetState state, string what, string reason, DateTimeOffset now) =>
        state with { Notes = [.. state.Notes.TakeLast(MaxNotes - 1), new ScaleSetNote { At = now, What = what, Reason = reason, Number = state.Version + 1 }] };

    private static ScaleSetDecision.Change Next(ScaleSetState next)
    {
        Invariant.Holds(next.Wanted >= 0 && next.Wanted <= next.Spec.Ceiling, "I15", $"{next.Wanted} machines are wanted of {next.Spec.Id}, of 0 to {next.Spec.Ceiling}");
        return new ScaleSetDecision.Change(next with { Version = next.Version + 1 });
    }
}
