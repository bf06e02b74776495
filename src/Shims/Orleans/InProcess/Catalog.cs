using System.Collections.Concurrent;
using Orleans.Activations;
using Orleans.Calls;
using Orleans.Concurrency;

namespace Orleans.InProcess;

/// <summary>The activations of one silo by grain.</summary>
internal sealed class Catalog(Silo silo, GrainClasses classes)
{
    private readonly ConcurrentDictionary<GrainId, IMessageTarget> _targets = new();

    public GrainClasses Classes { get; } = classes;

    public IEnumerable<Activation> Activations
    {
        get
        {
            var all = All();
            return silo.IsDeterministic ? all.OrderBy(a => a.GrainId) : all;
        }
    }

    /// <summary>Walked several times a second over all activations: no allocation for each of them.</summary>
    private IEnumerable<Activation> All()
    {
        foreach (var (_, target) in _targets)
        {
            if (target is Activation activation)
            {
                yield return activation;
                continue;
            }

            foreach (var worker in ((StatelessWorkers)target).Workers)
            {
                yield return worker;
            }
        }
    }

    public bool Has(GrainId id) => _targets.ContainsKey(id);

    public IMessageTarget Deliver(Request request)
    {
        while (true)
        {
            var target = _targets.GetOrAdd(request.Target, static (id, self) => self.Create(id), this);
            if (target.TryReceive(request))
            {
                return target;
            }

            _targets.TryRemove(new(request.Target, target));
        }
    }

    public void Add(GrainId id, IMessageTarget target) => _targets[id] = target;

    public bool Remove(GrainId id) => _targets.TryRemove(id, out _);

    public void Forget(Activation activation)
    {
        if (activation.Pool is StatelessWorkers pool)
        {
            pool.Forget(activation);
        }
        else
        {
            _targets.TryRemove(new(activation.GrainId, activation));
        }
    }

    private IMessageTarget Create(GrainId id)
    {
        if (id.Type == ObserverHost.Type)
        {
            throw new ClientNotAvailableException(id);
        }

        var grainClass = Classes.Of(id.Type);
        return grainClass.Placement is StatelessWorkerAttribute workers
            ? new StatelessWorkers(silo, id, grainClass, workers.MaxLocalWorkers)
            : new Activation(silo, id, grainClass);
    }
}
