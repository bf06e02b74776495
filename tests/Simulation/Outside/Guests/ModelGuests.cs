using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Gateway.Backends;
using Gateway.Kubernetes;
using Gateway.Kubernetes.PodsIn;
using Scheduling.Model;

namespace Simulation.Outside.Guests;

/// <summary>
/// An API server with pods that users' controllers make, and the kubelets: versions, UIDs, preconditions, and one count per effect. It believes
/// nothing but what it is asked, and notes whatever could not be so on real machines (I1, I7, I13).
/// </summary>
internal sealed partial class ModelGuests
{
    public const string Space = "team";

    private static readonly TimeSpan WatchWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WatchTimeout = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _clock;
    private readonly Random _random;
    private readonly Commitments _commitments;
    private readonly Func<RackId, int, NodeId> _nodeOf;
    private readonly Action<string> _broken;
    private readonly SortedDictionary<string, ModelGuest> _pods = new(StringComparer.Ordinal);
    private readonly List<(string Uid, GuestPod? Pod)> _events = [];
    private readonly HashSet<string> _everBound = [];
    private TaskCompletionSource _moved = new();
    private long _uids;

    /// <param name="nodeOf">The node in a slot of a rack.</param>
    public ModelGuests(TimeProvider clock, Random random, Commitments commitments, Func<RackId, int, NodeId> nodeOf, Action<string> broken)
    {
        (_clock, _random, _commitments, _nodeOf, _broken) = (clock, random, commitments, nodeOf, broken);
        _ = clock.CreateTimer(_ => Tick(), null, TickEvery, TickEvery);
    }

    /// <summary>True: a server that ignores what a binding says of UID and version, as those before 1.21 do.</summary>
    public bool IgnoresBindPreconditions { get; init; }

    /// <summary>True: bindings are taken as if they carried no version; for a planted bug.</summary>
    public bool IgnoresVersions { get; init; }

    public int Bound { get; private set; }

    public int GivenUp { get; private set; }

    public int Deleted { get; private set; }

    public int Conflicts { get; private set; }

    public IEnumerable<ModelGuest> Pods => _pods.Values;

    public IGuestCluster Over(Wire wire) => new Api(this, wire);

    /// <summary>One process' watch: late, cut, begun anew, and now and then with a whole list instead.</summary>
    public async Task Watch(GuestStore store, Wire wire, TaskCompletionSource synced, CancellationToken cancellationToken)
    {
        var (seen, hasListed) = (0, false);
        while (!cancellationToken.IsCancellationRequested)
        {
            var (moved, from, isList) = (_moved.Task, seen, !hasListed || (wire.IsStale() && _random.Next(20) == 0));
            var news = await Deadline.Call(
                _ => wire.Send<(int Next, List<(string Uid, GuestPod? Pod)> Events)?>(() => isList ? (_events.Count, Listed()) : (_events.Count, _events[from..]), _ => null, _ => null),
                () => null, WatchTimeout, _clock, cancellationToken);
            if (news is not { } page)
            {
                continue;
            }

            Apply(store, page.Events, isList);
            (seen, hasListed) = (page.Next, true);
            synced.TrySetResult();
            if (page.Next == from)
            {
                await Task.WhenAny(moved, Pause.For(WatchWait, _clock, cancellationToken));
            }
        }
    }

    public ModelGuest Create(string name, ModelGang? gang, int index, int gpus, ImmutableArray<ExtendedAmount> extended)
    {
        var pod = new ModelGuest(name, $"uid-{++_uids}", gang, index, gpus, extended);
        _pods.Add(name, pod);
        Changed(pod);
        return pod;
    }

    /// <summary>As its owner, or kubectl, deletes it.</summary>
    public void Delete(ModelGuest pod)
    {
        if (pod.Node is null || pod.IsOver)
        {
            Remove(pod);
        }
        else if (pod.LeavesBy is null)
        {
            pod.LeavesBy = _clock.GetUtcNow() + TimeSpan.FromSeconds(4);
            Changed(pod);
        }
    }

    private List<(string Uid, GuestPod? Pod)> Listed() => [.. _pods.Values.Select(p => (p.Uid, (GuestPod?)p.View()))];

    private static void Apply(GuestStore store, List<(string Uid, GuestPod? Pod)> events, bool isList)
    {
        if (isList)
        {
            var there = events.Select(e => e.Uid).ToHashSet(StringComparer.Ordinal);
            foreach (var gone in store.All.Select(p => p.Uid).Where(u => !there.Contains(u)).Order(StringComparer.Ordinal).ToList())
            {
                store.Remove(gone);
            }
        }

        foreach (var (uid, pod) in events)
        {
            if (pod is null)
            {
                store.Remove(uid);
            }
            else if (store.Find(uid)?.Version != pod.Version)
            {
                store.Put(pod);
            }
        }
    }

    private ClusterAnswer<GuestPod> Bind(GuestPod to, NodeId node, AttemptId attempt, long epoch)
    {
        if (!_pods.TryGetValue(to.Name, out var pod) || (pod.Uid != to.Uid && !IgnoresBindPreconditions))
        {
            return new ClusterAnswer<GuestPod>.NotFound();
        }

        if (pod.Node is not null || pod.LeavesBy is not null || pod.IsOver || !(IgnoresBindPreconditions || IgnoresVersions || pod.Version == to.Version))
        {
            Conflicts++;
            return new ClusterAnswer<GuestPod>.Conflict($"{to.Name} is bound, leaving, or was changed");
        }

        Accept(pod, epoch, "bind");
        (pod.Node, pod.BoundFor) = (node, attempt);
        Bound++;
        CheckBind(pod, node, attempt);
        return Changed(pod);
    }

    private ClusterAnswer<GuestPod> IfStill(GuestPod to, Action<ModelGuest> effect, bool sameVersion = true)
    {
        if (!_pods.TryGetValue(to.Name, out var pod) || pod.Uid != to.Uid)
        {
            return new ClusterAnswer<GuestPod>.NotFound();
        }

        if (sameVersion && pod.Version != to.Version)
        {
            Conflicts++;
            return new ClusterAnswer<GuestPod>.Conflict($"{to.Name} was changed");
        }

        effect(pod);
        return _pods.ContainsKey(pod.Name) ? Changed(pod) : new ClusterAnswer<GuestPod>.NotFound();
    }

    /// <summary>I13: what is accepted for an object never comes from an older leader than what was accepted before.</summary>
    private void Accept(ModelGuest pod, long epoch, string what)
    {
        if (epoch < pod.Epoch && !IgnoresBindPreconditions)
        {
            _broken($"I13: {what} of {pod.Name} under epoch {epoch}, after {pod.Epoch} had acted on it");
        }

        pod.Epoch = Math.Max(epoch, pod.Epoch);
    }

    private void CheckBind(ModelGuest pod, NodeId node, AttemptId attempt)
    {
        if (!_everBound.Add(pod.Uid))
        {
            _broken($"I7: {pod.Name} is bound a second time");
        }

        var rank = _commitments.SpecOf(attempt.Job)?.Pods?.Uids.IndexOf(pod.Uid) ?? -1;
        var planned = _commitments.PlacementOf(attempt)?.Racks.SelectMany(r => r.Workers.Where(w => w.Rank == rank).Select(w => (NodeId?)_nodeOf(r.Rack, w.Slot))).FirstOrDefault();
        if (rank < 0 || planned != node)
        {
            _broken($"I7: {pod.Name} is bound to {node} for {attempt}, which has it at rank {rank} on {planned}");
        }

        if (_commitments.NewestOf(attempt.Job) > attempt.Number)
        {
            _broken($"I7: {pod.Name} is bound for {attempt} although attempt {_commitments.NewestOf(attempt.Job)} was committed");
        }

        if (Extras.Beyond(_pods.Values.Where(p => p.Node == node && !p.IsOver).SelectMany(p => p.Extended)) is { } beyond)
        {
            _broken($"I1: {beyond} of {node} are given away with {pod.Name}");
        }

        var gpus = _pods.Values.Where(p => p.Node == node && !p.IsOver).Sum(p => p.Gpus);
        if (gpus > SimulatedWorld.GpusPerNode)
        {
            _broken($"I1: {gpus} GPUs of {node} are given away with {pod.Name}: {string.Join(", ", _pods.Values.Where(p => p.Node == node && !p.IsOver).Select(p => $"{p.Name} for {p.BoundFor}"))}");
        }
    }

    private ClusterAnswer<GuestPod> Changed(ModelGuest pod)
    {
        pod.Version = _events.Count.ToString(CultureInfo.InvariantCulture);
        var view = pod.View();
        Announce(pod.Uid, view);
        return new ClusterAnswer<GuestPod>.Done(view);
    }

    private void Remove(ModelGuest pod)
    {
        _pods.Remove(pod.Name);
        Announce(pod.Uid, null);
    }

    private void Announce(string uid, GuestPod? pod)
    {
        _events.Add((uid, pod));
        var moved = _moved;
        _moved = new TaskCompletionSource();
        moved.SetResult();
    }

    /// <summary>The server as one process sees it, over its wire.</summary>
    private sealed class Api(ModelGuests server, Wire wire) : IGuestCluster
    {
        public string Name => "Model cluster";

        public ValueTask<bool> CanGiveUp(CancellationToken cancellationToken) => ValueTask.FromResult(!server.IgnoresBindPreconditions);

        public Task<ClusterAnswer<GuestPod>> Read(string space, string name, CancellationToken cancellationToken) => Send<GuestPod>(() =>
            server._pods.TryGetValue(name, out var pod) ? new ClusterAnswer<GuestPod>.Done(pod.View()) : new ClusterAnswer<GuestPod>.NotFound());

        public Task<ClusterAnswer<GuestPod>> Bind(GuestPod pod, NodeId node, AttemptId attempt, long epoch, CancellationToken cancellationToken) =>
            Send(() => server.Bind(pod, node, attempt, epoch));

        public Task<ClusterAnswer<GuestPod>> GiveUp(GuestPod pod, AttemptId attempt, long epoch, CancellationToken cancellationToken) => Send(() => server.IfStill(pod, p =>
        {
            server.Accept(p, epoch, "give up");
            server.GivenUp++;
            p.GivenUp = attempt;
        }));

        public Task<ClusterAnswer<GuestPod>> Mark(GuestPod pod, DateTimeOffset? checkpointBy, long epoch, CancellationToken cancellationToken) => Send(() => server.IfStill(pod, p =>
        {
            server.Accept(p, epoch, "mark");
            p.CheckpointBy = checkpointBy;
        }));

        public Task<ClusterAnswer<GuestPod>> Delete(GuestPod pod, CancellationToken cancellationToken) => Send(() => server.IfStill(
            pod,
            p =>
            {
                server.Deleted++;
                server.Delete(p);
            },
            sameVersion: false));

        public Task<ClusterAnswer<JsonElement>> ReadObject(string apiVersion, string plural, string space, string name, CancellationToken cancellationToken) => Send<JsonElement>(() =>
            server.Gangs.FirstOrDefault(g => g.Name == name) is { } gang
                ? new ClusterAnswer<JsonElement>.Done(JsonDocument.Parse(string.Create(
                    CultureInfo.InvariantCulture, $$$"""{"metadata":{"uid":"{{{gang.Uid}}}","name":"{{{name}}}","namespace":"{{{space}}}"},"spec":{"minMember":{{{gang.Size}}}}}""")).RootElement)
                : new ClusterAnswer<JsonElement>.NotFound());

        private Task<ClusterAnswer<T>> Send<T>(Func<ClusterAnswer<T>> serve) =>
            wire.Send(serve, why => new ClusterAnswer<T>.Unknown(why), wait => new ClusterAnswer<T>.Throttled(wait));
    }
}
