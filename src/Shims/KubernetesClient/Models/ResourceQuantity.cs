using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace k8s.Models;

/// <summary>An amount with a suffix, exact: counted in billionths, and what is finer is rounded up, as Kubernetes does.</summary>
[JsonConverter(typeof(ResourceQuantityJsonConverter))]
public class ResourceQuantity
{
    public static readonly decimal MaxAllowed = long.MaxValue;

    private const long Billion = 1_000_000_000;

    /// <summary>As many digits as a long surely holds.</summary>
    private const int ShortNumber = 18;

    private static readonly SearchValues<char> SuffixChars = SearchValues.Create("eEinumkKMGTP");
    private static readonly long[] Tens = [.. Enumerable.Range(0, ShortNumber + 1).Select(power => (long)BigInteger.Pow(10, power))];
    private static readonly Int128 Nano = Billion;
    private static readonly Int128 Most = Nano * long.MaxValue;
    private static readonly string[] Binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    private static readonly string[] Decimal = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

    private readonly Int128 _nanos;

    public ResourceQuantity(decimal n, int exp, SuffixFormat format)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(n, bits);
        var low = ((ulong)(uint)bits[1] << 32) | (uint)bits[0];
        _nanos = bits[2] == 0 && low <= long.MaxValue
            ? Scale(decimal.IsNegative(n), (long)low, exp - n.Scale, 0)
            : Scale(decimal.IsNegative(n), ((BigInteger)(uint)bits[2] << 64) | low, exp - n.Scale, 0);
        Format = format;
    }

    public ResourceQuantity(string v)
    {
        if (v is null)
        {
            Format = SuffixFormat.BinarySI;
            return;
        }

        var text = v.AsSpan().Trim();
        var end = text.IndexOfAny(SuffixChars);
        var number = end < 0 ? text : text[..end];
        var suffix = text[number.Length..];
        var negative = number is ['-', ..];
        if (number is ['-' or '+', ..])
        {
            number = number[1..];
        }

        var dot = number.IndexOf('.');
        var fraction = dot < 0 ? default : number[(dot + 1)..];
        var whole = dot < 0 ? number : number[..dot];
        if (whole.Length + fraction.Length == 0 || !AreDigits(whole) || !AreDigits(fraction))
        {
            throw new FormatException($"'{v}' is no quantity");
        }

        var (exponent, twos, format) = Suffix(v, suffix);
        _nanos = whole.Length + fraction.Length <= ShortNumber
            ? Scale(negative, Number(Number(0, whole), fraction), exponent - fraction.Length, twos)
            : Scale(negative, BigInteger.Parse(string.Concat("0", whole, fraction), CultureInfo.InvariantCulture), exponent - fraction.Length, twos);
        Format = format;
    }

    public enum SuffixFormat
    {
        DecimalExponent,
        BinarySI,
        DecimalSI,
    }

    public SuffixFormat Format { get; private set; }

    public static implicit operator ResourceQuantity(string v) => new(v);

    public static implicit operator decimal(ResourceQuantity v) => v.ToDecimal();

    public static implicit operator ResourceQuantity(decimal v) => new(v, 0, SuffixFormat.DecimalExponent);

    public static bool operator ==(ResourceQuantity left, ResourceQuantity right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(ResourceQuantity left, ResourceQuantity right) => !(left == right);

    public override string ToString() => CanonicalizeString();

    public string CanonicalizeString() => CanonicalizeString(Format);

    /// <summary>The largest suffix that needs no fraction. Where a binary one would need one, or is below 1024, decimal ones are used.</summary>
    public string CanonicalizeString(SuffixFormat suffixFormat)
    {
        if (_nanos == 0)
        {
            return "0";
        }

        if (suffixFormat == SuffixFormat.BinarySI && Int128.Abs(_nanos) >= Nano * 1024 && _nanos % Nano == 0)
        {
            var (units, step) = (_nanos / Nano, 0);
            while (step < Binary.Length - 1 && units % 1024 == 0)
            {
                (units, step) = (units / 1024, step + 1);
            }

            return string.Create(CultureInfo.InvariantCulture, $"{units}{Binary[step]}");
        }

        var (left, thousands) = (_nanos, 0);
        while (thousands < Decimal.Length - 1 && left % 1000 == 0)
        {
            (left, thousands) = (left / 1000, thousands + 1);
        }

        var suffix = suffixFormat != SuffixFormat.DecimalExponent ? Decimal[thousands] : thousands == 3 ? "" : string.Create(CultureInfo.InvariantCulture, $"e{(thousands - 3) * 3}");
        return string.Create(CultureInfo.InvariantCulture, $"{left}{suffix}");
    }

    public bool Equals(ResourceQuantity other) => other is not null && _nanos == other._nanos;

    public override bool Equals(object obj) => Equals(obj as ResourceQuantity);

    public override int GetHashCode() => _nanos.GetHashCode();

    public int ToInt32() => (int)ToInt64();

    public long ToInt64() => (long)(_nanos / Nano);

    public BigInteger ToBigInteger() => _nanos / Nano;

    public decimal ToDecimal()
    {
        if (_nanos > long.MaxValue || _nanos < -long.MaxValue)
        {
            return WholeUnits() is { } whole ? new decimal(whole) : (decimal)_nanos / Billion;
        }

        var nanos = (long)_nanos;
        return nanos % Billion == 0 ? new decimal(nanos / Billion) : new decimal(nanos) / Billion;
    }

    public double ToDouble() => (double)ToDecimal();

    /// <summary>A loop of its own: the general one makes objects of its bounds until it is compiled a second time, and these are a few characters.</summary>
    private static bool AreDigits(ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiDigit(character))
            {
                return false;
            }
        }

        return true;
    }

    private static long Number(long before, ReadOnlySpan<char> digits)
    {
        foreach (var digit in digits)
        {
            before = (before * 10) + (digit - '0');
        }

        return before;
    }

    /// <summary>Null: there is a fraction. Divided as on paper, 32 bits a digit, for more than 8 GiB are more nanos than a long holds, and a division of 128 bits is slow.</summary>
    private long? WholeUnits()
    {
        var left = (UInt128)Int128.Abs(_nanos);
        ulong whole = 0, rest = 0;
        for (var shift = 64; shift >= 0; shift -= 32)
        {
            var digit = (rest << 32) | (uint)(left >> shift);
            (whole, rest) = ((whole << 32) + (digit / Billion), digit % Billion);
        }

        return rest != 0 ? null : Int128.IsNegative(_nanos) ? -(long)whole : (long)whole;
    }

    private static (int Tens, int Twos, SuffixFormat Format) Suffix(string all, ReadOnlySpan<char> suffix)
    {
        if (suffix.Length > 1 && suffix[0] is 'e' or 'E' && int.TryParse(suffix[1..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exponent))
        {
            return (Math.Clamp(exponent, -100, 100), 0, SuffixFormat.DecimalExponent);
        }

        for (var i = 0; i < Decimal.Length; i++)
        {
            if (suffix.SequenceEqual(Decimal[i]))
            {
                return ((i - 3) * 3, 0, SuffixFormat.DecimalSI);
            }
        }

        for (var i = 1; i < Binary.Length; i++)
        {
            if (suffix.SequenceEqual(Binary[i]))
            {
                return (0, i * 10, SuffixFormat.BinarySI);
            }
        }

        throw new FormatException($"'{all}' is no quantity: its suffix is unknown");
    }

    /// <summary>The same as the general way below, where all that happens fits into two longs.</summary>
    private static Int128 Scale(bool negative, long digits, int tens, int twos)
    {
        var power = tens + 9;
        if (digits > long.MaxValue >> twos || power is < -ShortNumber or > ShortNumber)
        {
            return Scale(negative, (BigInteger)digits, tens, twos);
        }

        var scaled = digits << twos;
        Int128 nanos;
        if (power >= 0)
        {
            nanos = Math.BigMul(scaled, Tens[power]);
        }
        else
        {
            var (whole, rest) = Math.DivRem(scaled, Tens[-power]);
            nanos = rest == 0 ? whole : whole + 1;
        }

        nanos = Int128.Min(nanos, Most);
        return negative ? -nanos : nanos;
    }

    private static Int128 Scale(bool negative, BigInteger digits, int tens, int twos)
    {
        tens += 9;
        var scaled = digits << twos;
        if (tens >= 0)
        {
            scaled *= BigInteger.Pow(10, tens);
        }
        else
        {
            scaled = BigInteger.DivRem(scaled, BigInteger.Pow(10, -tens), out var rest);
            scaled += rest.IsZero ? 0 : 1;
        }

        var nanos = scaled > (BigInteger)Most ? Most : (Int128)scaled;
        return negative ? -nanos : nanos;
    }
}

public sealed class ResourceQuantityJsonConverter : JsonConverter<ResourceQuantity>
{
    public override ResourceQuantity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? new ResourceQuantity(reader.GetDecimal(), 0, ResourceQuantity.SuffixFormat.DecimalSI) : new ResourceQuantity(reader.GetString());

    public override void Write(Utf8JsonWriter writer, ResourceQuantity value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
