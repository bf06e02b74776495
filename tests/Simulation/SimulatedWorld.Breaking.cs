using Orleans.Simulation;
using Simulation.Shadow;

namespace Simulation;

/// <content>What goes wrong, and when: between any two steps.</content>
internal abstract partial class SimulatedWorld
{
    private readonly PriorityQueue<Action, (long Step, int Number)> _atStep = new();
    private readonly Queue<Action> _due = new();
    private int _crashes;
    private int _partitions;

    private void AfterStep()
    {
        while (_atStep.TryPeek(out _, out var at) && at.Step <= Cluster.Steps)
        {
            _atStep.Dequeue()();
        }

        while (_due.TryDequeue(out var action))
        {
            action();
        }

        foreach (var checker in _checkers)
        {
            checker.AfterStep();
        }

        Seen.StopIfBroken();
    }

    /// <summary>Something became durable; the checkers hear of it after this.</summary>
    protected virtual void SawWrite(DurableWrite write)
    {
    }

    private void Wrote(DurableWrite write)
    {
        SawWrite(write);
        foreach (var checker in _checkers)
        {
            checker.Wrote(write);
        }
    }

    /// <summary>Does this between steps once so much time has passed.</summary>
    protected void At(TimeSpan after, Action action) => _ = Cluster.Time.CreateTimer(_ => _due.Enqueue(action), null, after, Timeout.InfiniteTimeSpan);

    private void InSteps(int steps, Action action) => _atStep.Enqueue(action, (Cluster.Steps + steps, _atStep.Count));

    private void Break(Op op)
    {
        switch (op)
        {
            case Op.CrashSilo crash:
                InSteps(crash.AfterSteps, () => Crash(crash.Silo, crash.Down));
                break;
            case Op.Partition cut:
                InSteps(cut.AfterSteps, () => CutOff(cut.Silo, cut.Down));
                break;
            case Op.ClockJump jump:
                Cluster.ShiftClock(jump.Silo, jump.Offset);
                break;
            case Op.SetFaults set:
                SetRates(set.Rates);
                break;
            default:
                BreakOutside(op);
                break;
        }
    }

    /// <summary>What goes wrong beside the silos.</summary>
    protected virtual void BreakOutside(Op op) => throw new ArgumentException($"Nobody here knows how to {op}.", nameof(op));

    /// <summary>Whatever lives in the silo's process dies with it.</summary>
    protected virtual void SiloDied(int silo)
    {
    }

    /// <summary>A silo has taken its place, or is heard again.</summary>
    protected virtual void SiloIsBack(int silo)
    {
    }

    protected virtual void SetRates(FaultRates rates)
    {
        Cluster.Faults = new NetworkFaults { Loss = rates.Loss, Duplication = rates.Duplication, MaxDelay = rates.MaxDelay, SecondComesWithin = rates.SecondComesWithin };
        Faults.Rates = rates;
    }

    private void Crash(int silo, TimeSpan down)
    {
        if (!Cluster.IsAlive(silo))
        {
            return;
        }

        Tell($"  silo {silo} crashes at step {Cluster.Steps}");
        _crashes++;
        Cluster.CrashSilo(silo);
        SiloDied(silo);
        At(down, () => Restart(silo));
    }

    private void CutOff(int silo, TimeSpan down)
    {
        if (!Cluster.IsAlive(silo) || Cluster.IsCutOff(silo))
        {
            return;
        }

        Tell($"  silo {silo} is cut off at step {Cluster.Steps}");
        _partitions++;
        Cluster.Partition(silo);
        At(down, () => Rejoin(silo));
    }

    private void Restart(int silo)
    {
        if (!Cluster.IsAlive(silo))
        {
            Tell($"  silo {silo} is back");
            Cluster.RestartSilo(silo);
        }

        SiloIsBack(silo);
    }

    /// <summary>A silo that was given up meanwhile dies of it; a new one takes its place.</summary>
    private void Rejoin(int silo)
    {
        if (Cluster.IsCutOff(silo))
        {
            Tell($"  silo {silo} is heard again");
            Cluster.Heal(silo);
            if (!Cluster.IsAlive(silo))
            {
                SiloDied(silo);
            }
        }

        Restart(silo);
    }

    /// <summary>Nothing goes wrong any more.</summary>
    protected virtual void EndFaults()
    {
        SetRates(new FaultRates());
        _atStep.Clear();
        for (var silo = 0; silo < Silos; silo++)
        {
            Rejoin(silo);
            Cluster.ShiftClock(silo, TimeSpan.Zero);
        }
    }
}
