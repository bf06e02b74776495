using System.Collections.Concurrent;
using System.Collections.Immutable;
using Gateway.Leadership;
using Grains.Nodes;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Gateway.Backends;

/// <summary>
/// Makes what the grains know of machines agree with a node source, as a whole and again and again: a lost call is repaired by the
/// next pass. Racks first, because jobs wait for them, but for nodes that are to take no work: their grains are told before a rack has them
/// to give. No node is ever in two racks: see <see cref="RackHoldings"/>. Single nodes after, few at a time, and only those that differ from what they were last told. Now and then it speaks of all: a node grain forgets a ready machine with its activation, and goes on
/// with a drain only once it is active again.
/// </summary>
internal sealed class NodeReconciler(
    INodeSource source, INodeSink sink, ReconcileOptions options, TimeProvider time, ILogger<NodeReconciler> logger, ILeader? leader = null)
    : BackgroundService
{
    private readonly ILeader _leader = leader ?? SoleLeader.Instance;
    private readonly ConcurrentDictionary<NodeId, NodeObservation> _told = new();
    private readonly ConcurrentDictionary<RackId, RackSpec> _offered = new();

    /// <summary>Nodes that were spoken of, or that racks had, and whose grains have not heard that they are gone. Outlives what was told: they may go just then.</summary>
    private readonly ConcurrentDictionary<NodeId, NodeObservation> _known = new();
    private readonly RackHoldings _holdings = new();
    private long _toldSince = time.GetTimestamp();
    private int _failures;

    /// <summary>Pass after pass, on the scheduler of whoever calls it.</summary>
    internal async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var changed = _leader.Changed;
            if (_leader.Epoch is null)
            {
                // Another may have told of other things meanwhile.
                Forget();
                _holdings.Forget();
                _known.Clear();
                await Task.WhenAny(changed, Pause.For(options.NodesEvery, time, cancellationToken));
                continue;
            }

            var news = source.Changed;
            await WaitForNews(news, await PassSafely(cancellationToken), cancellationToken);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Run(stoppingToken);

    /// <summary>One pass. Answers how many calls failed; they are made again by the next pass.</summary>
    /// <exception cref="InventoryException">The source gave nothing that could be used: nothing was changed.</exception>
    internal async Task<int> Pass(CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_toldSince) >= options.AllNodesEvery)
        {
            _toldSince = time.GetTimestamp();
            Forget();
        }

        // 1. The world as a whole. An unreadable or empty inventory changes nothing: it may be a fault of the source.
        var inventory = await source.Read(cancellationToken);
        if (inventory.Racks.IsEmpty)
        {
            throw new InventoryException($"{source.Name} has no nodes at all. If that is meant, remove the backend; otherwise check its inventory.");
        }

        // 2. Pools before racks: a rack speaks to its pool.
        var epoch = _leader.MustLead();
        foreach (var pool in inventory.Pools)
        {
            await sink.AddPool(pool);
        }

        // 3. What racks have now: a node that was moved stays where its workers are until they are gone.
        var known = await KnownRacks(inventory, cancellationToken);
        var unread = await Learn(known.Union(inventory.Racks.Select(r => r.Rack)), cancellationToken);
        var settled = _holdings.Settle(inventory, unread);

        // 4. Nodes that take no new work, and those a rack meets for the first time, before it has them. Then racks, in parallel, and those that are no longer there.
        var gone = new ConcurrentQueue<NodeObservation>();
        var unheard = new ConcurrentDictionary<RackId, bool>();
        var failed = unread.Count + await Give(settled, again: settled.Held.Select(h => h.At).ToHashSet(), gone, unheard, epoch, cancellationToken);
        failed += await Retire(inventory, known, gone, epoch, cancellationToken);

        // 5. What a rack let go of just now is given to the one that is to have it.
        if (settled.Held.Count > 0)
        {
            settled = _holdings.Settle(inventory, unread);
            failed += await Give(settled, again: [], gone, unheard, epoch, cancellationToken);
            if (settled.Held.Count > 0)
            {
                BackendLog.Moving(logger, settled.Held.Count, source.Name);
            }
        }

        // 6. All other nodes, at leisure; then those that are gone.
        failed += await Observe(News(settled).Where(o => !MustHearFirst(o, settled.Inventory)), unheard, epoch, cancellationToken);
        failed += await Observe(Gone(inventory, gone), unheard, epoch, cancellationToken);
        BackendLog.Offered(logger, source.Name, inventory.Racks.Length, inventory.Racks.Sum(r => r.Nodes.Length), inventory.Pools.Length);
        return failed;
    }

    private async Task<TimeSpan> PassSafely(CancellationToken cancellationToken)
    {
        try
        {
            _failures = await Pass(cancellationToken) > 0 ? _failures + 1 : 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return TimeSpan.Zero;
        }
        catch (NotLeadingException)
        {
            return TimeSpan.Zero;
        }
#pragma warning disable CA1031 // Whatever broke, the next pass starts from the whole again.
        catch (Exception e)
#pragma warning restore CA1031
        {
            _failures++;
            BackendLog.InventoryFailed(logger, e, source.Name, options.Backoff(_failures));
        }

        return _failures == 0 ? options.NodesEvery : options.Backoff(_failures);
    }

    /// <summary>The pause, or less when the source has news; what comes with it is collected for a moment.</summary>
    private async Task WaitForNews(Task changed, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (_failures > 0)
        {
            await Pause.For(wait, time, cancellationToken);
            return;
        }

        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waited = Pause.For(wait, time, pause.Token);
        if (await Task.WhenAny(changed, waited) == changed)
        {
            await pause.CancelAsync();
            await Pause.For(options.NodesSettle, time, cancellationToken);
        }
    }

    private void Forget()
    {
        _told.Clear();
        _offered.Clear();
    }

    private async Task<int> Give(
        SettledInventory settled, HashSet<RackId> again, ConcurrentQueue<NodeObservation> gone, ConcurrentDictionary<RackId, bool> unheard, long epoch, CancellationToken cancellationToken)
    {
        var failed = await Observe(News(settled).Where(o => MustHearFirst(o, settled.Inventory)), unheard, epoch, cancellationToken);
        return failed + await Offer(ToOffer(settled.Inventory, again, unheard), gone, epoch, cancellationToken);
    }

    /// <summary>Of a node that has been moved, its grain hears as of the rack that still has it.</summary>
    private List<NodeObservation> News(SettledInventory settled)
    {
        var inventory = settled.Inventory;
        return
        [
            .. inventory.Racks.SelectMany(r => r.Nodes, (r, n) => (Node: n, At: r.Rack)).Concat(settled.Held)
                .Select(n => new NodeObservation
                {
                    Rack = n.At, Spec = n.Node, Ready = !inventory.NotReady.Contains(n.Node.Name), Facts = inventory.Facts.GetValueOrDefault(n.Node.Name),
                })
                .Where(o => !_told.TryGetValue(o.Spec.Name, out var told) || told != o),
        ];
    }

    private static bool MustHearFirst(NodeObservation node, ClusterInventory inventory) =>
        !node.Ready || node.Facts is { HeldBecause: not null } or { NeedsPreflight: true } || inventory.Arrived.Contains(node.Spec.Name);

    /// <summary>All racks but those that have been offered just so, and those whose nodes could not be withheld first.</summary>
    /// <param name="again">Racks that are to say once more what they have.</param>
    private List<RackSpec> ToOffer(ClusterInventory inventory, HashSet<RackId> again, ConcurrentDictionary<RackId, bool> unheard)
    {
        foreach (var rack in unheard.Keys)
        {
            BackendLog.OfferWaits(logger, rack);
        }

        return
        [
            .. inventory.Racks.Where(r => !unheard.ContainsKey(r.Rack)
                && (again.Contains(r.Rack) || !(_offered.TryGetValue(r.Rack, out var before) && ReferenceEquals(before, r)))),
        ];
    }

    private async Task<int> Offer(IReadOnlyList<RackSpec> racks, ConcurrentQueue<NodeObservation> gone, long epoch, CancellationToken cancellationToken)
    {
        var failed = 0;
        await Bounded.ForEach(racks, options.OfferConcurrency, async rack =>
        {
            _leader.MustStillLead(epoch);
            try
            {
                var view = await sink.Offer(rack);
                _offered[rack.Rack] = rack;
                _holdings.See(rack.Rack, view);
                foreach (var left in view.Spec.Nodes.Where(n => !n.IsVacant).ExceptBy(rack.Nodes.Select(n => n.Name), n => n.Name))
                {
                    gone.Enqueue(ToGone(rack.Rack, left));
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Interlocked.Increment(ref failed);
                BackendLog.OfferFailed(logger, e, rack.Rack);
            }
        }, cancellationToken);
        return failed;
    }

    private async Task<HashSet<RackId>> KnownRacks(ClusterInventory inventory, CancellationToken cancellationToken)
    {
        var known = _holdings.Racks.ToHashSet();
        foreach (var pool in inventory.Pools)
        {
            known.UnionWith(await sink.KnownRacks(pool, cancellationToken));
        }

        return known;
    }

    /// <summary>Asks racks that have not said yet what they have. Answers those that did not say it.</summary>
    private async Task<HashSet<RackId>> Learn(IEnumerable<RackId> racks, CancellationToken cancellationToken)
    {
        var unread = new ConcurrentQueue<RackId>();
        await Bounded.ForEach([.. racks.Where(r => !_holdings.Knows(r))], options.OfferConcurrency, async rack =>
        {
            try
            {
                var view = await sink.Find(rack);
                _holdings.See(rack, view);
                foreach (var node in view?.Spec.Nodes.Where(n => !n.IsVacant) ?? [])
                {
                    _known.TryAdd(node.Name, new NodeObservation { Rack = rack, Spec = node, Ready = false });
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                unread.Enqueue(rack);
                BackendLog.OfferFailed(logger, e, rack);
            }
        }, cancellationToken);
        return [.. unread];
    }

    private Task<int> Retire(ClusterInventory inventory, HashSet<RackId> known, ConcurrentQueue<NodeObservation> vanished, long epoch, CancellationToken cancellationToken)
    {
        var present = inventory.Racks.Select(r => r.Rack).ToHashSet();
        var gone = new List<RackSpec>();
        foreach (var rack in known.Where(r => !present.Contains(r)).OrderBy(r => r.Value, StringComparer.Ordinal))
        {
            BackendLog.Retired(logger, rack, source.Name);
            gone.Add(new RackSpec { Rack = rack, Block = "", Nodes = [] });
        }

        return Offer(gone, vanished, epoch, cancellationToken);
    }

    /// <summary>Nodes that racks still have workers on or had when they were asked, or that were spoken of before, and that the source does not have any more.</summary>
    private List<NodeObservation> Gone(ClusterInventory inventory, ConcurrentQueue<NodeObservation> left)
    {
        var present = inventory.Racks.SelectMany(r => r.Nodes).Select(n => n.Name).ToHashSet();
        var gone = left.Concat(_known.Values.Select(t => ToGone(t.Rack, t.Spec))).Where(g => !present.Contains(g.Spec.Name)).DistinctBy(g => g.Spec.Name)
            .OrderBy(g => g.Spec.Name.Value, StringComparer.Ordinal).Where(g => !_told.TryGetValue(g.Spec.Name, out var told) || told != g).ToList();
        foreach (var node in gone)
        {
            BackendLog.NodeGone(logger, node.Spec.Name, node.Rack, source.Name);
        }

        return gone;
    }

    private static NodeObservation ToGone(RackId rack, NodeSpec node) =>
        new() { Rack = rack, Spec = node, Ready = false, Facts = new NodeFacts { Gone = true, NotReadyBecause = "it is gone from the cluster" } };

    private async Task<int> Observe(IEnumerable<NodeObservation> nodes, ConcurrentDictionary<RackId, bool> unheard, long epoch, CancellationToken cancellationToken)
    {
        var failed = 0;
        Exception? last = null;
        await Bounded.ForEach([.. nodes], options.ObserveConcurrency, async observation =>
        {
            _leader.MustStillLead(epoch);
            var isGone = observation.Facts is { Gone: true };
            if (!isGone)
            {
                _known[observation.Spec.Name] = observation;
            }

            try
            {
                if (await sink.Observe(observation))
                {
                    _told[observation.Spec.Name] = observation;
                    if (isGone)
                    {
                        _known.TryRemove(observation.Spec.Name, out _);
                    }

                    return;
                }
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                last = e;
            }

            unheard[observation.Rack] = true;
            Interlocked.Increment(ref failed);
        }, cancellationToken);
        if (last is not null)
        {
            BackendLog.ObserveFailed(logger, last, failed);
        }

        return failed;
    }
}
