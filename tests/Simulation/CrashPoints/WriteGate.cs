using Grains.Storage;

namespace Simulation.CrashPoints;

/// <summary>
/// Every write of every silo passes here on its way to the medium. It numbers and names them while it counts, and lets the one planned
/// fault happen at its write. Order is the simulation's: the same seed gives the same numbers, up to the fault.
/// </summary>
/// <param name="plan">Null: nothing goes wrong, the writes are only counted.</param>
internal sealed class WriteGate(PlannedFault? plan)
{
    private readonly List<string> _points = [];

    /// <summary>The writes counted so far, by name.</summary>
    public IReadOnlyList<string> Points => _points;

    /// <summary>Set-up and aftermath are not counted.</summary>
    public bool IsCounting { get; set; }

    /// <summary>The planned fault has happened.</summary>
    public bool HasStruck { get; private set; }

    /// <summary>What the planned write turned out to be instead; null when it was the one that was meant.</summary>
    public string? Mistaken { get; private set; }

    /// <summary>Ends one silo, or with true all of them, at once.</summary>
    public Action<SiloLife, bool> Kill { get; set; } = (_, _) => { };

    /// <summary>Tells a medium that has an inside what is to happen there with the next write.</summary>
    public Action<WriteFault> Inside { get; set; } = _ => { };

    /// <param name="life">Who writes.</param>
    /// <param name="name">What is written.</param>
    /// <param name="write">Takes effect while it is called; only its answer may come later.</param>
    public Task<T> Pass<T>(SiloLife life, string name, Func<Task<T>> write)
    {
        if (life.IsDead)
        {
            return Never<T>();
        }

        if (!IsCounting)
        {
            return write();
        }

        _points.Add(name);
        return plan is not null && plan.Point == _points.Count && !HasStruck ? Strike(life, name, plan, write) : write();
    }

    private Task<T> Strike<T>(SiloLife life, string name, PlannedFault planned, Func<Task<T>> write)
    {
        HasStruck = true;
        Mistaken = name == planned.Name ? null : name;
        switch (planned.Fault)
        {
            case WriteFault.KilledBefore:
            case WriteFault.AllKilledBefore:
                break;
            case WriteFault.KilledAfter:
            case WriteFault.AllKilledAfter:
                _ = write();
                break;
            case WriteFault.KilledInside:
                Inside(planned.Fault);
                _ = write();
                break;
            case WriteFault.CommitFailed:
            case WriteFault.CommitAnswerLost:
                Inside(planned.Fault);
                return write();
            case WriteFault.AnswerLost:
                return LoseAnswer(name, write);
            case WriteFault.Failed:
                return Task.FromException<T>(new StorageException($"Injected: nothing was written ({name})."));
        }

        Kill(life, planned.Fault is not (WriteFault.KilledBefore or WriteFault.KilledAfter));
        return Never<T>();
    }

    private static async Task<T> LoseAnswer<T>(string name, Func<Task<T>> write)
    {
        await write();
        throw new StorageException($"Injected: the answer was lost ({name}).", outcomeUnknown: true);
    }

    /// <summary>The dead get no answer.</summary>
    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
}
