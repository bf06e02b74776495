using System.Runtime.CompilerServices;
using Orleans.Activations;

namespace Orleans.InProcess;

/// <summary>
/// Objects of this process that grains may call. Calls to one object run one at a time, in order. Unlike Orleans, which
/// keeps only a weak reference, it is kept until deleted.
/// </summary>
internal sealed class ObserverHost(Silo silo)
{
    private readonly ConditionalWeakTable<IGrainObserver, List<GrainId>> _ids = [];

    public static GrainType Type { get; } = GrainType.Create("sys.client");

    public T Create<T>(IGrainObserver observer) where T : IGrainObserver
    {
        if (observer is GrainReference)
        {
            throw new ArgumentException("The argument is a reference already.", nameof(observer));
        }

        var id = new GrainId(Type, silo.NewObserverKey());
        var activation = new Activation(silo, id, new GrainClass(observer.GetType()));
        activation.Adopt(observer);
        silo.Catalog.Add(id, activation);
        lock (_ids)
        {
            _ids.GetOrCreateValue(observer).Add(id);
        }

        return silo.Reference<T>(id);
    }

    public void Delete(IGrainObserver observer)
    {
        lock (_ids)
        {
            if (_ids.TryGetValue(observer, out var ids))
            {
                ids.ForEach(id => silo.Catalog.Remove(id));
                _ids.Remove(observer);
            }
        }
    }
}
