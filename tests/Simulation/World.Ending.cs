using Grains.Storage;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;
using Silo.Storage.Memory;

namespace Simulation;

/// <content>How a run comes to its end.</content>
internal sealed partial class World
{
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(10);

    /// <summary>Of a round: whatever is done at its beginning takes far fewer, and what goes round in circles far more.</summary>
    private const int MaxStepsInRound = 10_000;
    private const int MaxStepsAtRest = 1500;

    /// <summary>The faults end, and what is under way comes to rest; nothing more ends by itself.</summary>
    private void Calm()
    {
        Tell("calm");
        Cluster.Reseed(Scenario.Mix(Scenario.Seed, -3));
        EndFaults();
        for (var round = 0; round < 14; round++)
        {
            Rest(Round, MaxStepsInRound);
            RunBackend(BackendMood.Obedient);
            Reconcile();
        }

        Rest(Round * 1.5, MaxStepsAtRest);
    }

    /// <summary>Whoever has nothing to do does nothing: what goes round in circles is heard in the number of steps.</summary>
    private void Rest(TimeSpan span, int most)
    {
        var before = Cluster.Steps;
        Cluster.RunFor(span);
        if (Cluster.Steps - before > most)
        {
            Seen.Record($"I11: {Cluster.Steps - before} steps were made in {span.TotalSeconds} s in which nobody asked for anything");
        }
    }

    /// <summary>Everything is let through: what can end ends, and services are up with so many replicas.</summary>
    private void Finish(int replicas)
    {
        Tell($"finish with {replicas} replicas");
        for (var round = 0; round < 120 && (round == 0 || !IsFinished()); round++)
        {
            Heal(replicas);
            Rest(Round, MaxStepsInRound);
            RunBackend(BackendMood.Finishing);
            Reconcile();
        }
    }

    /// <summary>Services are the last to go.</summary>
    private void Empty()
    {
        Tell("empty");
        foreach (var row in Live().Where(r => r.Parent is null))
        {
            Try(() => Job(row.Job).Cancel(Operator, "the end"));
        }

        for (var round = 0; round < 30 && Live().Count > 0; round++)
        {
            Rest(Round, MaxStepsInRound);
            RunBackend(BackendMood.Finishing);
            Reconcile();
        }

        Rest(Round * 1.5, MaxStepsAtRest);
    }

    private void RunBackend(BackendMood mood)
    {
        Cluster.RunUntil(_looking);
        Try(() => LookAround(new Op.RunBackend(mood) { Seed = 0 }, Client));
    }

    /// <summary>All nodes work, both teams are owed enough for the largest job, nobody is suspended, and services are of one size.</summary>
    private void Heal(int replicas)
    {
        for (var rack = 0; rack < Racks; rack++)
        {
            for (var node = 0; node < NodesPerRack; node++)
            {
                var (r, n) = (rack, node);
                Try(() => NodeOf(Client, r, n).Uncordon(Operator));
                _truths[r, n].Preflight = Scheduling.Nodes.NodePreflight.Passed;
                Try(() => Return(Client, r, n, GpusPerNode));
            }
        }

        // Refused while more is in use: then it is for the next round.
        var enough = Scenario.Seed % 2 == 0 ? new QuotaSpec() : new QuotaSpec { Nominal = [new ResourceAmount(ResourceNames.Gpu, 64_000)] };
        Try(() => SetQuota(Client, 0, enough));
        Try(() => SetQuota(Client, 1, enough));
        foreach (var row in Live().Where(r => r.Parent is null))
        {
            if (row.Phase == nameof(JobPhase.Suspended))
            {
                Try(() => Job(row.Job).Resume(Operator));
            }

            if (IsService(row.Job))
            {
                Try(() => Job(row.Job).Scale(Operator, replicas));
            }
        }
    }
}
