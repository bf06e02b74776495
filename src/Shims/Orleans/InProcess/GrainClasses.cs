using System.Collections.Concurrent;
using System.Reflection;
using Orleans.Activations;
using Orleans.Configuration;

namespace Orleans.InProcess;

/// <summary>The grain classes of every loaded assembly that knows of Orleans, by type name and by interface.</summary>
internal sealed class GrainClasses
{
    private static readonly ConcurrentDictionary<Assembly, Type[]> s_scanned = new();

    private readonly GrainCollectionOptions _collection;
    private readonly Lock _gate = new();
    private readonly HashSet<Assembly> _known = [];
    private volatile Dictionary<GrainType, GrainClass> _byType = [];
    private volatile Dictionary<Type, GrainClass> _byInterface = [];

    private GrainClasses(GrainCollectionOptions collection)
    {
        _collection = collection;
        Scan();
    }

    public static GrainClasses Of(GrainCollectionOptions collection) => new(collection);

    public GrainClass Of(GrainType type) => Find(_byType, type) ?? (Scan() ? Find(_byType, type) : null)
        ?? throw new ArgumentException($"Could not find a grain class for grain type \"{type}\".");

    /// <summary>The class that implements an interface; with several, the one named like the interface.</summary>
    public GrainClass Of(Type grainInterface, string? classNamePrefix = null)
    {
        if (Find(_byInterface, grainInterface) is null)
        {
            Scan();
        }

        var implementations = _byType.Values.Where(c => c.Interfaces.Contains(grainInterface)).ToList();
        if (classNamePrefix is not null)
        {
            implementations = [.. implementations.Where(c => c.Type.FullName!.StartsWith(classNamePrefix, StringComparison.Ordinal))];
        }

        return implementations switch
        {
            [var one] => one,
            [] => throw new ArgumentException($"Could not find an implementation for interface {grainInterface}."),
            _ => implementations.SingleOrDefault(c => c.Type.Name == grainInterface.Name[1..] || c.Type.Name == grainInterface.Name[1..] + "Grain")
                ?? throw new ArgumentException($"Several classes implement {grainInterface}: {string.Join(", ", implementations.Select(c => c.Type))}."),
        };
    }

    /// <summary>As <see cref="Of(Type,string?)"/>, found once.</summary>
    public GrainClass OfCached(Type grainInterface)
    {
        if (Find(_byInterface, grainInterface) is { } known)
        {
            return known;
        }

        var found = Of(grainInterface);
        lock (_gate)
        {
            _byInterface = new(_byInterface) { [grainInterface] = found };
        }

        return found;
    }

    private static GrainClass? Find<TKey>(Dictionary<TKey, GrainClass> classes, TKey key) where TKey : notnull => classes.GetValueOrDefault(key);

    /// <returns>True when assemblies were loaded since the last look.</returns>
    private bool Scan()
    {
        lock (_gate)
        {
            var next = new Dictionary<GrainType, GrainClass>(_byType);
            var grew = false;
            foreach (var assembly in AppDomain.CurrentDomain.GetAssemblies().Where(a => !a.IsDynamic && _known.Add(a)).ToList())
            {
                foreach (var type in s_scanned.GetOrAdd(assembly, GrainTypesOf))
                {
                    grew = true;
                    var grainClass = new GrainClass(type, _collection);
                    if (!next.TryAdd(grainClass.GrainType, grainClass))
                    {
                        throw new InvalidOperationException(
                            $"{type} and {next[grainClass.GrainType].Type} are both grain type \"{grainClass.GrainType}\": give one a [GrainType].");
                    }
                }
            }

            _byType = next;
            return grew;
        }
    }

    private static Type[] GrainTypesOf(Assembly assembly)
    {
        var shim = typeof(Grain).Assembly;
        if (assembly != shim && assembly.GetReferencedAssemblies().All(r => r.Name != shim.GetName().Name))
        {
            return [];
        }

        return [.. assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false, IsGenericTypeDefinition: false } && typeof(IGrainBase).IsAssignableFrom(t) && typeof(IGrain).IsAssignableFrom(t))];
    }
}
