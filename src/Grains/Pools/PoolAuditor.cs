using Grains.Nodes;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Scheduling;
using Scheduling.Audit;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Pools;

namespace Grains.Pools;

/// <summary>
/// The online checker: reads what racks, quota trees, nodes and stored jobs say, and lets the checks of Scheduling.Audit hold it against
/// the pool. Reading takes a while and life goes on meanwhile: see <see cref="PoolAudits"/> for what then counts.
/// Commits that a rack has not heard of yet (<paramref name="unsettled"/>) are under way.
/// </summary>
internal sealed class PoolAuditor(PoolCore core, IGrainFactory grains, IJobIndex jobs, IReadOnlySet<PoolAttempt> unsettled)
{
    private const int RackConcurrency = 16;
    private const int PageSize = 1000;

    /// <summary>Machines asked in one audit: all of them in turn, so that a large pool costs no more than a small one.</summary>
    private const int NodesAtOnce = 32;

    /// <summary>Groups of jobs that wait looked at in one audit: each takes a search.</summary>
    private const int WaitingAtOnce = 16;

    private readonly AuditReport _report = new();
    private readonly List<(string Cohort, PlanRef Plan)> _strays = [];

    private PoolMachine Machine => core.Machine;

    /// <summary>Charges of jobs of this pool that it does not know.</summary>
    public IReadOnlyList<(string Cohort, PlanRef Plan)> Strays => _strays;

    /// <param name="epochs">What the audits before saw.</param>
    /// <param name="afterNode">Machines are asked from the one after this on.</param>
    public async Task<(AuditReport Report, NodeId? LastNode)> Check(EpochAudit epochs, NodeId? afterNode)
    {
        List<RackView> views = [];
        await Parallelism.ForEach([.. Machine.KnownRacks.OrderBy(r => r.Value, StringComparer.Ordinal)], RackConcurrency, rack => CheckRack(rack, epochs, views));
        foreach (var cohort in Live().Select(a => a.Spec.Quota.Cohort).Distinct().Order(StringComparer.Ordinal).ToList())
        {
            await CheckQuota(cohort);
        }

        await CheckJobs();
        var lastNode = await CheckNodes(views, afterNode);
        if (core.IsAttached)
        {
            // Promises take their capacity again, and jobs can be placed, once all racks were seen.
            PromiseAudit.Check(Machine, _report);
            if (Machine.Placing == 0)
            {
                QueueAudit.Check(Machine, Machine.HasRoom, WaitingAtOnce, _report);
            }
        }

        if (Machine.Ledger is { } ledger)
        {
            LedgerAudit.Check(ledger, _report);
        }

        return (_report, lastNode);
    }

    private IEnumerable<PoolAttempt> Live() => Machine.AttemptsAfter(null).Where(a => a.Stage != AttemptStage.Queued);

    private async Task CheckRack(RackId rack, EpochAudit epochs, List<RackView> views)
    {
        if (await grains.GetGrain<IRackGrain>(rack.Value).GetView() is not { } view)
        {
            return;
        }

        views.Add(view);
        RackAudit.Check(view, _report);
        RackAudit.CheckLeases(view, core.Time.GetUtcNow(), _report);
        GangAudit.Check(Machine, view, unsettled.Contains, _report);
        NodeAudit.CheckPicture(Machine.FindRack(rack), view, _report);
        epochs.Check(view, _report);
    }

    private async Task CheckQuota(string cohort)
    {
        var tree = grains.GetGrain<IQuotaGrain>(cohort);
        var charges = await tree.GetCharges();
        QuotaAudit.CheckRunning(
            Live().Where(a => a.Stage == AttemptStage.Running && a.Spec.Quota.Cohort == cohort), cohort, charges.ToDictionary(c => c.Attempt), _report);
        foreach (var page in charges.Where(c => Machine.Find(c.Attempt) is null).Chunk(PageSize))
        {
            // A charge that this pool does not know is another pool's, or a leak.
            var rows = (await jobs.Get([.. page.Select(c => c.Attempt.Job)])).Where(r => r.Pool == Machine.Pool).Select(r => r.Job).ToHashSet();
            _report.Count(page.Length);
            foreach (var charge in page.Where(c => rows.Contains(c.Attempt.Job) && Machine.Find(c.Attempt) is null))
            {
                QuotaAudit.CheckStray(charge, cohort, _report);
                _strays.Add((cohort, new PlanRef(charge.Attempt, charge.Plan)));
            }
        }

        if (await tree.GetTree(Auditor, new QuotaPath(cohort)) is { } view)
        {
            QuotaAudit.CheckLevels(view, charges, _report);
        }
    }

    private async Task CheckJobs()
    {
        JobId? after = null;
        do
        {
            var rows = await jobs.Scan(after, PageSize, includeEnded: false);
            foreach (var row in rows.Where(r => r.Pool == Machine.Pool))
            {
                JobAudit.Check(new JobRow(row.Job, Enum.Parse<JobPhase>(row.Phase), row.Attempt, row.Held), Machine, _report);
            }

            after = rows.Count == PageSize ? rows[^1].Job : null;
        }
        while (after is not null);
    }

    private async Task<NodeId?> CheckNodes(List<RackView> views, NodeId? after)
    {
        // The next few by name, kept while all are gone over: a large pool's names are not sorted for the sake of some.
        var next = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        string? last = null;
        foreach (var view in views)
        {
            for (var slot = 0; slot < view.Spec.Nodes.Length; slot++)
            {
                var node = view.Spec.Nodes[slot];
                if (node.IsVacant || string.CompareOrdinal(node.Name.Value, after?.Value) <= 0 || (last is not null && string.CompareOrdinal(node.Name.Value, last) >= 0))
                {
                    continue;
                }

                next[node.Name.Value] = ((view.Schedulable >> slot) & 1) != 0;
                if (next.Count > NodesAtOnce)
                {
                    next.Remove(next.Keys.Last());
                    last = next.Keys.Last();
                }
            }
        }

        await Parallelism.ForEach([.. next], RackConcurrency, n => CheckNode(new NodeId(n.Key), n.Value));
        return next.Count == NodesAtOnce ? new NodeId(next.Keys.Last()) : null;
    }

    private async Task CheckNode(NodeId node, bool takesWork)
    {
        try
        {
            if (await grains.GetGrain<INodeGrain>(node.Value).GetView() is { } view)
            {
                NodeAudit.CheckNode(node, view.State, view.Incidents, takesWork, _report);
            }
        }
        catch (Exception e) when (e is not InvariantViolationException)
        {
            // One of many machines: it is asked again when its turn comes, and must not keep the rest from being looked at.
        }
    }

    private static Caller Auditor { get; } = new() { Tenant = null, User = "auditor", Roles = CallerRoles.Operator };
}
