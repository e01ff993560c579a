const { Sequelize, DataTypes, literal } = require('sequelize');
const sequelize = new Sequelize(process.env.DB);
const Sale = sequelize.define('Sale', { amount: DataTypes.INTEGER, region: DataTypes.STRING });

const GROUPS = ['region', 'month'];

exports.report = async (req, res) => {
  const { group } = req.query;
  const rows = await Sale.findAll({
    attributes: [[literal(`date_trunc('${group}', created_at)`), 'bucket'], 'amount'],
  });
  return res.json(rows);
};
