using System.Globalization;
using Orleans.Calls;

namespace Orleans;

/// <summary>Identity of grains and references.</summary>
public static class GrainExtensions
{
    public static TGrainInterface AsReference<TGrainInterface>(this IAddressable grain) => grain switch
    {
        TGrainInterface same when grain is GrainReference => same,
        GrainReference reference => (TGrainInterface)(object)reference.CastTo(typeof(TGrainInterface)),
        IGrainBase self => (TGrainInterface)(object)self.GrainContext.GrainReference.CastTo(typeof(TGrainInterface)),
        _ => throw new ArgumentException("Not a grain or grain reference; observers need CreateObjectReference first.", nameof(grain)),
    };

    public static TGrainInterface Cast<TGrainInterface>(this IAddressable grain) => grain.AsReference<TGrainInterface>();

    public static GrainId GetGrainId(this IAddressable grain) => grain switch
    {
        GrainReference reference => reference.GrainId,
        IGrainBase self => self.GrainContext.GrainId,
        _ => throw new ArgumentException("Not a grain or grain reference.", nameof(grain)),
    };

    public static string GetPrimaryKeyString(this IAddressable grain) => grain.GetGrainId().Key.ToString();

    public static long GetPrimaryKeyLong(this IAddressable grain) =>
        GrainKeys.TryParseInteger(grain.GetGrainId().Key.ToString(), out var key)
            ? key
            : throw new InvalidOperationException($"The key of {grain.GetGrainId()} is not an integer.");

    public static Guid GetPrimaryKey(this IAddressable grain) =>
        Guid.TryParseExact(grain.GetGrainId().Key.ToString(), "N", out var key)
            ? key
            : throw new InvalidOperationException($"The key of {grain.GetGrainId()} is not a Guid.");
}

/// <summary>Keys as they stand in a grain id: integers in hexadecimal, Guids as 32 digits.</summary>
internal static class GrainKeys
{
    public static IdSpan Of(long key) => IdSpan.Create(key.ToString("X", CultureInfo.InvariantCulture));

    public static IdSpan Of(Guid key) => IdSpan.Create(key.ToString("N"));

    public static bool TryParseInteger(string text, out long key) =>
        long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
}
