using System.Collections.Immutable;

namespace Orleans.Copying;

internal sealed class ArrayCopier<T> : Copier<T[]>
{
    public override T[] Copy(T[] value, CopyContext context)
    {
        if (value is null || value.Length == 0)
        {
            return value!;
        }

        if (context.TryGetCopy(value, out var known))
        {
            return (T[])known;
        }

        var element = Copier<T>.Instance;
        var copy = (T[])value.Clone();
        context.Record(value, copy);
        if (!element.Shares(context))
        {
            for (var i = 0; i < copy.Length; i++)
            {
                copy[i] = element.Copy(copy[i], context);
            }
        }

        return copy;
    }
}

internal sealed class ListCopier<T> : Copier<List<T>>
{
    public override List<T> Copy(List<T> value, CopyContext context)
    {
        if (value is null || context.TryGetCopy(value, out _))
        {
            return value is null ? value! : context.TryGetCopy(value, out var known) ? (List<T>)known : value;
        }

        var element = Copier<T>.Instance;
        if (element.Shares(context))
        {
            var shared = new List<T>(value);
            context.Record(value, shared);
            return shared;
        }

        var copy = new List<T>(value.Count);
        context.Record(value, copy);
        foreach (var item in value)
        {
            copy.Add(element.Copy(item, context));
        }

        return copy;
    }
}

/// <summary>Any mutable collection that can be made empty like its original and filled.</summary>
internal sealed class FillingCopier<TCollection, T>(Func<TCollection, TCollection> emptyLike, Action<TCollection, T> add) : Copier<TCollection>
    where TCollection : class, IEnumerable<T>
{
    public override TCollection Copy(TCollection value, CopyContext context)
    {
        if (value is null)
        {
            return value!;
        }

        if (context.TryGetCopy(value, out var known))
        {
            return (TCollection)known;
        }

        var element = Copier<T>.Instance;
        var copy = emptyLike(value);
        context.Record(value, copy);
        foreach (var item in value)
        {
            add(copy, element.Copy(item, context));
        }

        return copy;
    }
}

/// <summary>Immutable collections: shared when their elements are, else rebuilt.</summary>
internal sealed class RebuildingCopier<TCollection, T>(Func<TCollection, IEnumerable<T>, TCollection> rebuild, Func<TCollection, bool> isEmpty) : Copier<TCollection>
    where TCollection : IEnumerable<T>
{
    public override bool SharesLocally => Copier<T>.Instance.SharesLocally;

    public override bool SharesOnWire => Copier<T>.Instance.SharesOnWire;

    public override TCollection Copy(TCollection value, CopyContext context)
    {
        var element = Copier<T>.Instance;
        if (value is null || isEmpty(value) || element.Shares(context))
        {
            return value!;
        }

        var items = new List<T>();
        foreach (var item in value)
        {
            items.Add(element.Copy(item, context));
        }

        return rebuild(value, items);
    }
}

/// <summary>Collection interfaces: the value's own type where it has a copier, else whatever holds the same elements.</summary>
internal sealed class InterfaceCopier<TInterface, TFallback>(Func<TInterface, TFallback> convert) : Copier<TInterface>
    where TInterface : class where TFallback : class, TInterface
{
    public override TInterface Copy(TInterface value, CopyContext context)
    {
        if (value is null)
        {
            return value!;
        }

        var own = CopierFactory.Get(value.GetType(), asRuntimeType: true);
        return own.IsMissing ? Copier<TFallback>.Instance.Copy(convert(value), context) : (TInterface)own.CopyObject(value, context);
    }
}

internal sealed class NullableCopier<T> : Copier<T?> where T : struct
{
    public override bool SharesLocally => Copier<T>.Instance.SharesLocally;

    public override bool SharesOnWire => Copier<T>.Instance.SharesOnWire;

    public override T? Copy(T? value, CopyContext context) => value is { } v ? Copier<T>.Instance.Copy(v, context) : null;
}

/// <summary>The copiers of generic collections, made through reflection once per closed type.</summary>
internal static class CollectionCopiers
{
    public static Copier Array<T>() => new ArrayCopier<T>();

    public static Copier List<T>() => new ListCopier<T>();

    public static Copier Nullable<T>() where T : struct => new NullableCopier<T>();

    public static Copier IEnumerable<T>() => new InterfaceCopier<IEnumerable<T>, List<T>>(static v => [.. v]);

    public static Copier IReadOnlyCollection<T>() => new InterfaceCopier<IReadOnlyCollection<T>, List<T>>(static v => [.. v]);

    public static Copier IReadOnlyList<T>() => new InterfaceCopier<IReadOnlyList<T>, List<T>>(static v => [.. v]);

    public static Copier ICollection<T>() => new InterfaceCopier<ICollection<T>, List<T>>(static v => [.. v]);

    public static Copier IList<T>() => new InterfaceCopier<IList<T>, List<T>>(static v => [.. v]);

    public static Copier IReadOnlySet<T>() => new InterfaceCopier<IReadOnlySet<T>, HashSet<T>>(static v => [.. v]);

    public static Copier ISet<T>() => new InterfaceCopier<ISet<T>, HashSet<T>>(static v => [.. v]);

    public static Copier IReadOnlyDictionary<TKey, TValue>() where TKey : notnull =>
        new InterfaceCopier<IReadOnlyDictionary<TKey, TValue>, Dictionary<TKey, TValue>>(static v => new(v));

    public static Copier IDictionary<TKey, TValue>() where TKey : notnull =>
        new InterfaceCopier<IDictionary<TKey, TValue>, Dictionary<TKey, TValue>>(static v => new(v));

    public static Copier HashSet<T>() => new FillingCopier<HashSet<T>, T>(s => new(s.Count, s.Comparer), static (s, x) => s.Add(x));

    public static Copier SortedSet<T>() => new FillingCopier<SortedSet<T>, T>(s => new(s.Comparer), static (s, x) => s.Add(x));

    public static Copier Queue<T>() => new FillingCopier<Queue<T>, T>(q => new(q.Count), static (q, x) => q.Enqueue(x));

    public static Copier Dictionary<TKey, TValue>() where TKey : notnull =>
        new FillingCopier<Dictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(d => new(d.Count, d.Comparer), static (d, x) => d.Add(x.Key, x.Value));

    public static Copier SortedDictionary<TKey, TValue>() where TKey : notnull =>
        new FillingCopier<SortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(d => new(d.Comparer), static (d, x) => d.Add(x.Key, x.Value));

    public static Copier ImmutableArray<T>() =>
        new RebuildingCopier<ImmutableArray<T>, T>(static (_, items) => [.. items], static a => a.IsDefaultOrEmpty);

    public static Copier ImmutableList<T>() =>
        new RebuildingCopier<ImmutableList<T>, T>(static (_, items) => [.. items], static a => a.IsEmpty);

    public static Copier ImmutableHashSet<T>() =>
        new RebuildingCopier<ImmutableHashSet<T>, T>(static (s, items) => s.Clear().Union(items), static a => a.IsEmpty);

    public static Copier ImmutableSortedSet<T>() =>
        new RebuildingCopier<ImmutableSortedSet<T>, T>(static (s, items) => s.Clear().Union(items), static a => a.IsEmpty);

    public static Copier ImmutableDictionary<TKey, TValue>() where TKey : notnull =>
        new RebuildingCopier<ImmutableDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(static (d, items) => d.Clear().AddRange(items), static d => d.IsEmpty);

    public static Copier ImmutableSortedDictionary<TKey, TValue>() where TKey : notnull =>
        new RebuildingCopier<ImmutableSortedDictionary<TKey, TValue>, KeyValuePair<TKey, TValue>>(static (d, items) => d.Clear().AddRange(items), static d => d.IsEmpty);
}
