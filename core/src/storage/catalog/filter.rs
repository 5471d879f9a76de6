//! Conditions on an image's metadata.

use serde_json::Value;

/// One condition. A field that is absent, or of another type, does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Names that lead into the object.
    pub path: Vec<String>,
    /// How it is compared.
    pub operator: Operator,
    /// As what it is compared.
    pub operand: Operand,
    /// With what: several for [`Operator::In`], one for the others.
    pub values: Vec<String>,
}

/// How a field is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Equal to one of several.
    In,
}

/// As what a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// As what the field is.
    Any,
    /// As text.
    Text,
    /// As a number.
    Number,
    /// As true or false.
    Boolean,
}

impl Filter {
    /// Whether metadata pass.
    pub fn passes(&self, meta: &Value) -> bool {
        let field = self.path.iter().try_fold(meta, |value, name| value.get(name));
        field.is_some_and(|field| self.values.iter().any(|value| self.compare(field, value)))
    }

    fn compare(&self, field: &Value, value: &str) -> bool {
        match (field, self.operand) {
            (Value::String(text), Operand::Any | Operand::Text) => {
                self.is_equality() && text == value
            }
            (Value::Bool(flag), Operand::Any | Operand::Boolean) => {
                self.is_equality() && value == if *flag { "true" } else { "false" }
            }
            (Value::Number(number), Operand::Any | Operand::Number) => {
                let pair = number.as_f64().zip(value.parse().ok());
                pair.is_some_and(|(field, value)| self.holds(field, value))
            }
            _ => false,
        }
    }

    fn is_equality(&self) -> bool {
        matches!(self.operator, Operator::Eq | Operator::In)
    }

    fn holds(&self, field: f64, value: f64) -> bool {
        match self.operator {
            Operator::Eq | Operator::In => field == value,
            Operator::Gt => field > value,
            Operator::Gte => field >= value,
            Operator::Lt => field < value,
            Operator::Lte => field <= value,
        }
    }
}
