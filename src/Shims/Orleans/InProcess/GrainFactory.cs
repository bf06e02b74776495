using Orleans.Calls;

namespace Orleans.InProcess;

/// <summary>References to grains and observers, for grains and for whoever else is in the process.</summary>
internal sealed class GrainFactory(Silo silo) : IClusterClient
{
    private readonly ObserverHost _observers = new(silo);

    public IServiceProvider ServiceProvider => silo.Services;

    public TGrainInterface GetGrain<TGrainInterface>(Guid primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithGuidKey =>
        Make<TGrainInterface>(GrainKeys.Of(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(long primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithIntegerKey =>
        Make<TGrainInterface>(GrainKeys.Of(primaryKey), grainClassNamePrefix);

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null) where TGrainInterface : IGrainWithStringKey
    {
        if (string.IsNullOrWhiteSpace(primaryKey))
        {
            throw new ArgumentNullException(nameof(primaryKey));
        }

        return Make<TGrainInterface>(IdSpan.Create(primaryKey), grainClassNamePrefix);
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable => silo.Reference<TGrainInterface>(grainId);

    public IGrain GetGrain(Type grainInterfaceType, Guid grainPrimaryKey) => Make(grainInterfaceType, GrainKeys.Of(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, long grainPrimaryKey) => Make(grainInterfaceType, GrainKeys.Of(grainPrimaryKey));

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey) => Make(grainInterfaceType, IdSpan.Create(grainPrimaryKey));

    public IAddressable GetGrain(GrainId grainId) =>
        GrainReference.Create(silo, grainId, GrainInterface.Of(silo.Catalog.Classes.Of(grainId.Type).Interfaces[0]));

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver =>
        _observers.Create<TGrainObserverInterface>(obj);

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver => _observers.Delete(obj);

    private T Make<T>(IdSpan key, string? prefix) where T : IAddressable
    {
        var classes = silo.Catalog.Classes;
        var grainClass = prefix is null ? classes.OfCached(typeof(T)) : classes.Of(typeof(T), prefix);
        return silo.Reference<T>(new GrainId(grainClass.GrainType, key));
    }

    private IGrain Make(Type type, IdSpan key) =>
        (IGrain)GrainReference.Create(silo, new GrainId(silo.Catalog.Classes.OfCached(type).GrainType, key), GrainInterface.Of(type));
}
