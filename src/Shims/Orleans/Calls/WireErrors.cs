using Orleans.Serialization;

namespace Orleans.Calls;

/// <summary>What becomes of an exception between silos: only types with a serializer, and the framework's own, arrive as themselves.</summary>
internal static class WireErrors
{
    private static readonly string[] s_supported = ["System", "Microsoft", "Azure"];

    public static Exception AsReceived(Exception error)
    {
        var type = error.GetType();
        var root = type.Namespace?.Split('.')[0] ?? "";
        return type.IsDefined(typeof(GenerateSerializerAttribute), false) || s_supported.Contains(root)
            ? error
            : new CodecNotFoundException($"Could not find a codec for type {type}. The error was: {error.Message}");
    }
}
